import type { TemplateLimits } from '../limits.ts';
import type { ListNode, Node } from '../parse/node.ts';
import {
  FunctionError,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../value.ts';
import { builtinCost } from './builtin-cost.ts';
import type { Builtin } from './builtins.ts';
import { failureAt, type ExecutionFailure } from './failure.ts';
import type { Operand } from './operand.ts';

/** Who can say where an execution stands. */
interface Failing {
  readonly fail: (message: ByteString) => never;
}

export interface RunOptions {
  readonly sourceName: ByteString;
  readonly source: ByteString;
  readonly templates: ReadonlyMap<ByteString, ListNode>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly limits: TemplateLimits;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

const sizeOf = (value: Value): number => {
  if (value.kind === 'string' || value.kind === 'bytes') return value.value.length;
  if (value.kind === 'list') return value.items.length;
  return value.kind === 'map' ? value.entries.size : 1;
};

/** One execution: what all its templates share, its bounds and its output. */
export class Run {
  readonly templates: ReadonlyMap<ByteString, ListNode>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  private readonly options: RunOptions;
  private readonly context: CallContext;
  private written = '';
  private steps = 0;
  private work = 0;
  private depth = 0;

  constructor(options: RunOptions) {
    this.options = options;
    this.templates = options.templates;
    this.functions = options.functions;
    const { now, randomBytes } = options;
    this.context = {
      now,
      randomBytes,
      spend: (amount) => {
        this.spend(amount);
      },
    };
  }

  get output(): ByteString {
    return this.written;
  }

  failure(executing: ByteString, node: Node, message: ByteString): ExecutionFailure {
    const { sourceName, source } = this.options;
    return failureAt({ sourceName, source, executing, node }, message);
  }

  write(text: ByteString, by: Failing): void {
    const { outputBytes } = this.options.limits;
    if (this.written.length + text.length > outputBytes) by.fail(`output exceeds ${outputBytes} bytes`);
    this.written += text;
  }

  step(by: Failing): void {
    this.steps++;
    const { steps } = this.options.limits;
    if (this.steps > steps) by.fail(`execution exceeds ${steps} steps`);
  }

  /** Enters a block or a pipeline; the parser has seen to it that they are not many inside of one template. */
  enter(): void {
    this.depth++;
  }

  enterTemplate(by: Failing): void {
    const { depth } = this.options.limits;
    if (this.depth >= depth) by.fail(`exceeded maximum template depth (${depth})`);
    this.depth++;
  }

  leave(): void {
    this.depth--;
  }

  private spend(amount: number): void {
    this.work += amount;
    const { workBytes } = this.options.limits;
    if (this.work > workBytes) throw new FunctionError(`functions make more than ${workBytes} bytes`);
  }

  /** Pays for work that no function does. */
  pay(amount: number, by: Failing): void {
    this.work += amount;
    const { workBytes } = this.options.limits;
    if (this.work > workBytes) by.fail(`functions make more than ${workBytes} bytes`);
  }

  callBuiltin({ name, call }: Builtin, operands: readonly Operand[]): Operand {
    const { reading, making } = builtinCost(name, operands);
    this.spend(reading);
    const result = call(operands);
    if (result.kind === 'string') this.spend(making(result.value));
    return result;
  }

  call(callee: TemplateFunction, values: readonly Value[]): Value {
    const result = callee.call(values, this.context);
    this.spend(sizeOf(result));
    return result;
  }

  /** The result of a call; a text says why it failed. */
  guarded(call: () => Operand): Operand | string {
    try {
      return call();
    } catch (error) {
      if (error instanceof FunctionError) return error.message;
      throw error;
    }
  }
}
