import type {
  ChainNode,
  CommandNode,
  FieldNode,
  IdentifierNode,
  Node,
  NumberNode,
  OperandNode,
  PipeNode,
  VariableNode,
} from '../parse/node.ts';
import { nodeText } from '../parse/node-text.ts';
import { quote } from '../quote.ts';
import {
  booleanValue,
  nil,
  stringValue,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../value.ts';
import { builtinsByName, type Builtin } from './builtins.ts';
import { callFunctionValue } from './call.ts';
import { idealConstant, typedConstant } from './constants.ts';
import { fieldOf } from './field.ts';
import { Frame } from './frame.ts';
import { truth, unboxed, type Operand } from './operand.ts';
import { canBeNil, countProblem, parameterType, signatureOf } from './signature.ts';
import { validated } from './validate.ts';

/** What is evaluated: a command's words (the first is what it calls), and what came through the pipe. */
interface Given {
  readonly operands: readonly OperandNode[];
  readonly piped: Operand | undefined;
}

const nothing: Given = { operands: [], piped: undefined };

const hasArguments = ({ operands, piped }: Given): boolean => operands.length > 1 || piped !== undefined;

/** Anything that can be called. */
interface Callable {
  readonly name: string;
  readonly parameters: readonly TypeName[];
  readonly call: (operands: readonly Operand[]) => Operand;
}

/** Evaluates the expressions of one template. */
export class Evaluator extends Frame {
  /** Variables that the pipeline declares stay until their block ends. */
  protected pipeline(dot: Operand, pipe: PipeNode): Operand {
    this.at(pipe);
    this.run.enter();
    let piped: Operand | undefined;
    for (const command of pipe.commands) piped = unboxed(this.command(dot, command, piped));
    this.run.leave();
    const value = piped ?? nil;
    for (const { name } of pipe.declarations) {
      if (pipe.assigns) this.setVariable(name, value);
      else this.variables.declare(name, value);
    }
    return value;
  }

  private command(dot: Operand, command: CommandNode, piped: Operand | undefined): Operand {
    const given = { operands: command.operands, piped };
    const [first] = command.operands;
    if (first === undefined) return nil;
    if (first.kind === 'identifier') return this.functionCall(dot, first, given, command);
    if (first.kind === 'field') return this.field(dot, first, given);
    if (first.kind === 'variable') return this.variable(dot, first, given);
    if (first.kind === 'chain') return this.chain(dot, first, given);
    if (first.kind !== 'pipe') this.at(first);
    this.refuseArguments(first, given);
    return first.kind === 'pipe' ? this.pipeline(dot, first) : this.literal(dot, first);
  }

  private refuseArguments(first: OperandNode, given: Given): void {
    if (hasArguments(given)) this.fail(`can't give argument to non-function ${nodeText(first)}`);
  }

  private literal(dot: Operand, node: OperandNode): Operand {
    if (node.kind === 'string') return stringValue(node.value);
    if (node.kind === 'number') return this.number(node);
    if (node.kind === 'boolean') return booleanValue(node.value);
    return node.kind === 'dot' ? dot : this.fail('nil is not a command');
  }

  private number(node: NumberNode): Value {
    this.at(node);
    return idealConstant(node) ?? this.fail(`${node.text} overflows int`);
  }

  private field(dot: Operand, node: FieldNode, given: Given): Operand {
    this.at(node);
    return this.fields(dot, dot, node, given);
  }

  private chain(dot: Operand, node: ChainNode, given: Given): Operand {
    this.at(node);
    if (node.node.kind === 'nil') this.fail(`indirection through explicit nil in ${nodeText(node)}`);
    return this.fields(dot, this.argument(dot, 'reflect.Value', node.node), node, given);
  }

  private variable(dot: Operand, node: VariableNode, given: Given): Operand {
    this.at(node);
    const value = this.variableValue(node.name);
    if (node.fields.length > 0) return this.fields(dot, value, node, given);
    this.refuseArguments(node, given);
    return value;
  }

  /** Follows fields one by one; the last may be a method that takes what is given. */
  private fields(
    dot: Operand,
    start: Operand,
    node: FieldNode | ChainNode | VariableNode,
    given: Given,
  ): Operand {
    const names = node.kind === 'field' ? node.names : node.fields;
    let receiver = start;
    for (const [index, name] of names.entries()) {
      const ownGiven = index === names.length - 1 ? given : nothing;
      const found = fieldOf(receiver, name, hasArguments(ownGiven));
      if (typeof found === 'string') return this.fail(found);
      receiver =
        found.kind === 'method' ? this.call(dot, this.callable(name, found.method), node, ownGiven) : found;
    }
    return receiver;
  }

  private callable(name: string, callee: TemplateFunction): Callable {
    const call = (operands: readonly Operand[]): Operand => this.run.call(callee, operands.map(unboxed));
    return { name, parameters: callee.parameters, call };
  }

  /** `whole` is what messages about the call point at: the command. */
  private functionCall(dot: Operand, node: IdentifierNode, given: Given, whole: Node): Operand {
    this.at(node);
    const { name } = node;
    const own = this.run.functions.get(name);
    if (own !== undefined) return this.call(dot, this.callable(name, own), whole, given);
    const builtin = builtinsByName.get(name) ?? this.fail(`${quote(name)} is not a defined function`);
    if (name === 'and' || name === 'or') return this.shortCircuit(dot, builtin, given);
    if (name !== 'call') {
      const call: Callable['call'] = (operands) => this.run.callBuiltin(builtin, operands);
      return this.call(dot, { ...builtin, call }, whole, given);
    }
    const [, callee] = given.operands;
    const shown = callee === undefined ? undefined : nodeText(callee);
    const call: Callable['call'] = (operands) => callFunctionValue(operands, shown, this.run);
    return this.call(dot, { ...builtin, call }, whole, given);
  }

  /** `and` and `or` evaluate no more than they need. */
  private shortCircuit(dot: Operand, builtin: Builtin, given: Given): Operand {
    this.checkCount(builtin, given);
    let value: Operand = nil;
    for (const node of given.operands.slice(1)) {
      value = this.argument(dot, 'reflect.Value', node);
      if (truth(value) === (builtin.name === 'or')) return value;
    }
    return given.piped ?? value;
  }

  private checkCount({ name, parameters }: Callable, { operands, piped }: Given): void {
    const written = Math.max(operands.length - 1, 0);
    const problem = countProblem(signatureOf(parameters), written, piped === undefined ? 0 : 1);
    if (problem !== undefined) this.fail(`wrong number of args for ${name}: ${problem}`);
  }

  private call(dot: Operand, callable: Callable, whole: Node, given: Given): Operand {
    this.checkCount(callable, given);
    const signature = signatureOf(callable.parameters);
    const values = given.operands
      .slice(1)
      .map((operand, index) => this.argument(dot, parameterType(signature, index), operand));
    if (given.piped !== undefined) {
      values.push(this.validated(given.piped, parameterType(signature, values.length)));
    }
    const result = this.run.guarded(() => callable.call(values));
    if (typeof result !== 'string') return result;
    this.at(whole);
    return this.fail(`error calling ${callable.name}: ${result}`);
  }

  /** An argument for a parameter of the type `type`. */
  private argument(dot: Operand, type: TypeName, node: OperandNode): Operand {
    this.at(node);
    const value = this.argumentValue(dot, node);
    if (value !== undefined) return this.validated(value, type);
    return node.kind === 'nil' ? this.nilArgument(type) : this.constant(dot, type, node);
  }

  /** Nothing for constants: they take the type that is wanted. */
  private argumentValue(dot: Operand, node: OperandNode): Operand | undefined {
    if (node.kind === 'dot') return dot;
    if (node.kind === 'field') return this.field(dot, node, nothing);
    if (node.kind === 'variable') return this.variable(dot, node, nothing);
    if (node.kind === 'pipe') return this.pipeline(dot, node);
    if (node.kind === 'identifier') return this.functionCall(dot, node, nothing, node);
    return node.kind === 'chain' ? this.chain(dot, node, nothing) : undefined;
  }

  private nilArgument(type: TypeName): Operand {
    return canBeNil(type) ? this.validated(nil, type) : this.fail(`cannot assign nil to ${type}`);
  }

  private constant(dot: Operand, type: TypeName, node: OperandNode): Operand {
    if (type === 'interface {}' || type === 'reflect.Value') return this.literal(dot, node);
    const typed = typedConstant(node, type);
    if (typed === undefined) return this.fail(`can't handle ${nodeText(node)} for arg of type ${type}`);
    return typed.value ?? this.fail(`expected ${typed.expected}; found ${nodeText(node)}`);
  }

  private validated(operand: Operand, type: TypeName): Operand {
    const value = validated(operand, type);
    return typeof value === 'string' ? this.fail(value) : value;
  }
}
