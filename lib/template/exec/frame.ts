import type { Node } from '../parse/node.ts';
import type { ByteString } from '../value.ts';
import type { Operand } from './operand.ts';
import type { Run } from './run.ts';
import { Variables } from './variables.ts';

/** One template that is executed: its variables, and where it stands, for messages. */
export class Frame {
  protected readonly run: Run;
  protected readonly variables = new Variables();
  private readonly executing: ByteString;
  private node: Node;

  /** `executing` is the template's name, `dot` what its `$` is. */
  constructor(run: Run, executing: ByteString, dot: Operand, node: Node) {
    this.run = run;
    this.executing = executing;
    this.node = node;
    this.variables.declare('$', dot);
  }

  /** Messages point at `node` from now on. Each node is a step. */
  protected at(node: Node): void {
    this.node = node;
    this.run.step(this);
  }

  fail(message: ByteString): never {
    throw this.run.failure(this.executing, this.node, message);
  }

  protected setVariable(name: string, value: Operand): void {
    if (!this.variables.set(name, value)) this.undefinedVariable(name);
  }

  protected variableValue(name: string): Operand {
    return this.variables.value(name) ?? this.undefinedVariable(name);
  }

  private undefinedVariable(name: string): never {
    this.fail(`undefined variable: ${name}`);
  }
}
