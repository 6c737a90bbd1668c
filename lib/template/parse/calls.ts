import { fromByteString } from '../utf8.ts';
import type { ByteString } from '../value.ts';
import type { CommandNode, ListNode, OperandNode, PipeNode, StatementNode } from './node.ts';

/** An argument as far as the source tells: the text of a string constant, or that it is something else. */
export type CallArgument =
  { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'expression' };

/** A call of a function, as it stands in the source. */
export interface FunctionCall {
  readonly name: string;
  /** In order, with what comes through a pipe as the last. */
  readonly arguments: readonly CallArgument[];
  /** From 1. */
  readonly line: number;
}

const expression: CallArgument = { kind: 'expression' };

const argumentOf = (node: OperandNode): CallArgument =>
  node.kind === 'string' ? { kind: 'literal', text: fromByteString(node.value) } : expression;

/** What one command hands to the next. */
const outcomeOf = ({ operands: [first, ...rest] }: CommandNode): CallArgument =>
  first === undefined || rest.length > 0 ? expression : argumentOf(first);

class Collector {
  readonly found: {
    readonly name: string;
    readonly arguments: readonly CallArgument[];
    readonly position: number;
  }[] = [];

  list({ nodes }: ListNode): void {
    for (const node of nodes) this.statement(node);
  }

  private statement(node: StatementNode): void {
    if ('pipe' in node && node.pipe !== undefined) this.pipe(node.pipe);
    if ('list' in node) {
      this.list(node.list);
      if (node.otherwise !== undefined) this.list(node.otherwise);
    }
  }

  private pipe({ commands }: PipeNode): void {
    let piped: readonly CallArgument[] = [];
    for (const command of commands) {
      this.command(command, piped);
      piped = [outcomeOf(command)];
    }
  }

  private command({ operands: [first, ...rest] }: CommandNode, piped: readonly CallArgument[]): void {
    if (first !== undefined) this.operand(first, [...rest.map(argumentOf), ...piped]);
    for (const operand of rest) this.operand(operand, []);
  }

  private operand(node: OperandNode, given: readonly CallArgument[]): void {
    if (node.kind === 'identifier') {
      this.found.push({ name: node.name, arguments: given, position: node.position });
    }
    if (node.kind === 'pipe') this.pipe(node);
    if (node.kind === 'chain') this.operand(node.node, []);
  }
}

const lineCounter = (source: ByteString): ((position: number) => number) => {
  let line = 1;
  let counted = 0;
  return (position) => {
    for (; counted < position; counted++) if (source[counted] === '\n') line++;
    return line;
  };
};

/** All calls of functions in templates of one source, in the order of the source. */
export const functionCalls = (source: ByteString, templates: Iterable<ListNode>): readonly FunctionCall[] => {
  const collector = new Collector();
  for (const list of templates) collector.list(list);
  const lineAt = lineCounter(source);
  return collector.found
    .toSorted((one, other) => one.position - other.position)
    .map(({ position, ...call }) => ({ ...call, line: lineAt(position) }));
};
