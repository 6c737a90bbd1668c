import { quote } from '../quote.ts';
import { fromByteString } from '../utf8.ts';
import type { ByteString } from '../value.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { BranchNode, ListNode, StatementNode } from './node.ts';
import type { Source } from './token-reader.ts';
import type { Token, TokenKind } from './token.ts';

/** What ends a list: `{{end}}` or `{{else}}`. */
interface Terminator {
  readonly kind: 'end' | 'else';
  readonly position: number;
}

interface Ended {
  readonly list: ListNode;
  readonly end: Terminator;
}

type BranchKind = BranchNode['kind'];

const isTerminator = (node: StatementNode | Terminator): node is Terminator =>
  node.kind === 'end' || node.kind === 'else';

/** What counts as space in Go. */
const spaceOnly = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

const isBlank = (text: ByteString): boolean => spaceOnly.test(fromByteString(text));

/** Whether a list is nothing but space. */
const isEmpty = ({ nodes }: ListNode): boolean =>
  nodes.every((node) => node.kind === 'text' && isBlank(node.text));

/** Parses one template: the whole source, or what a `define` or `block` holds, which has variables of its own. */
class Parser extends ExpressionParser {
  private rangeDepth = 0;

  /** Parses up to the end of the source; `define` is allowed at this level alone. */
  root(): ListNode {
    const { position } = this.tokens.peek();
    const nodes: StatementNode[] = [];
    while (this.tokens.peek().kind !== 'eof') {
      if (this.define()) continue;
      const node = this.statement();
      if (isTerminator(node)) this.tokens.fail(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    return { kind: 'list', position, nodes };
  }

  private define(): boolean {
    if (this.tokens.peek().kind !== 'left-delimiter') return false;
    const delimiter = this.tokens.next();
    const word = this.tokens.nextNonSpace();
    if (word.kind === 'define') {
      new Parser(this.tokens.source).definition();
      return true;
    }
    this.tokens.putBack(delimiter, word);
    return false;
  }

  definition(): void {
    const context = 'define clause';
    const name = this.unquoted(this.tokens.expect(context, 'string', 'raw-string').text);
    this.tokens.expect(context, 'right-delimiter');
    this.add(name, this.body(context));
  }

  /** The list up to an `{{end}}`. */
  private body(context: string): ListNode {
    const { list, end } = this.nested(() => this.list());
    if (end.kind !== 'end') this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    return list;
  }

  /** A template may be defined again where either definition is empty. */
  add(name: ByteString, list: ListNode): void {
    const { templates } = this.tokens.source;
    const known = templates.get(name);
    if (known === undefined || isEmpty(known)) templates.set(name, list);
    else if (!isEmpty(list)) this.tokens.fail(`template: multiple definition of template ${quote(name)}`);
  }

  private nested<T>(parse: () => T): T {
    const { source } = this.tokens;
    if (source.blocks >= source.limits.blocks) {
      this.tokens.fail(`blocks are nested deeper than ${source.limits.blocks}`);
    }
    source.blocks++;
    const parsed = parse();
    source.blocks--;
    return parsed;
  }

  private list(): Ended {
    const { position } = this.tokens.peekNonSpace();
    const nodes: StatementNode[] = [];
    while (this.tokens.peekNonSpace().kind !== 'eof') {
      const node = this.statement();
      if (isTerminator(node)) return { list: { kind: 'list', position, nodes }, end: node };
      nodes.push(node);
    }
    return this.tokens.fail('unexpected EOF');
  }

  private statement(): StatementNode | Terminator {
    const token = this.tokens.nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', position: token.position, text: token.text };
    if (token.kind !== 'left-delimiter') this.tokens.unexpected(token, 'input');
    this.tokens.actionLine = token.line;
    const node = this.action();
    this.tokens.actionLine = 0;
    return node;
  }

  private action(): StatementNode | Terminator {
    const token = this.tokens.nextNonSpace();
    const { kind, position } = token;
    if (kind === 'if' || kind === 'with' || kind === 'range') return this.branch(kind);
    if (kind === 'break' || kind === 'continue') return this.jump(token, kind);
    return this.definingAction(kind) ?? this.pipelineAction(token, position);
  }

  private definingAction(kind: TokenKind): StatementNode | Terminator | undefined {
    if (kind === 'block') return this.block();
    if (kind === 'template') return this.template();
    if (kind === 'else') return this.otherwise();
    if (kind !== 'end') return undefined;
    return { kind, position: this.tokens.expect('end', 'right-delimiter').position };
  }

  private pipelineAction(token: Token, position: number): StatementNode {
    this.tokens.putBack(token);
    return { kind: 'action', position, pipe: this.pipeline('command', 'right-delimiter') };
  }

  private jump({ position }: Token, kind: 'break' | 'continue'): StatementNode {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== 'right-delimiter') this.tokens.unexpected(token, `{{${kind}}}`);
    if (this.rangeDepth === 0) this.tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  private branch(kind: BranchKind): BranchNode {
    const { count } = this.variables;
    const node = this.nested(() => this.branchParts(kind));
    this.variables.forgetTo(count);
    return node;
  }

  private branchParts(kind: BranchKind): BranchNode {
    const pipe = this.pipeline(kind, 'right-delimiter');
    if (kind === 'range') this.rangeDepth++;
    const { list, end } = this.list();
    if (kind === 'range') this.rangeDepth--;
    const otherwise = end.kind === 'else' ? this.alternative(kind, end) : undefined;
    return { kind, position: pipe.position, pipe, list, otherwise };
  }

  /** What follows `{{else`: `if` after an `if`, `with` after a `with` (they share one `{{end}}`), or a list. */
  private alternative(kind: BranchKind, { position }: Terminator): ListNode {
    if (kind !== 'range' && this.tokens.peek().kind === kind) {
      this.tokens.next();
      return { kind: 'list', position, nodes: [this.branch(kind)] };
    }
    const { list, end } = this.list();
    if (end.kind !== 'end') this.tokens.fail(`expected end; found {{${end.kind}}}`);
    return list;
  }

  private otherwise(): Terminator {
    const next = this.tokens.peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', position: next.position };
    return { kind: 'else', position: this.tokens.expect('else', 'right-delimiter').position };
  }

  private templateName(token: Token, context: string): ByteString {
    const isString = token.kind === 'string' || token.kind === 'raw-string';
    return isString ? this.unquoted(token.text) : this.tokens.unexpected(token, context);
  }

  /** Defines a template and calls it at once. */
  private block(): StatementNode {
    const context = 'block clause';
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.pipeline(context, 'right-delimiter');
    const parser = new Parser(this.tokens.source);
    const { list, end } = this.nested(() => parser.list());
    if (end.kind !== 'end') this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    parser.add(name, list);
    return { kind: 'template', position: token.position, name, pipe };
  }

  private template(): StatementNode {
    const context = 'template clause';
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const next = this.tokens.nextNonSpace();
    if (next.kind === 'right-delimiter')
      return { kind: 'template', position: token.position, name, pipe: undefined };
    this.tokens.putBack(next);
    const pipe = this.pipeline(context, 'right-delimiter');
    return { kind: 'template', position: token.position, name, pipe };
  }
}

/** Parses a source; gives what it defines by name, with the source itself under its own. Throws `ParseFailure`. */
export const parseSource = (source: Source): ReadonlyMap<ByteString, ListNode> => {
  const parser = new Parser(source);
  parser.add(source.name, parser.root());
  return source.templates;
};
