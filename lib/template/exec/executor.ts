import type { ActionNode, BranchNode, ListNode, StatementNode, TemplateNode } from '../parse/node.ts';
import { nodeText } from '../parse/node-text.ts';
import { formatValue } from '../print.ts';
import { quote } from '../quote.ts';
import { typeName } from '../types.ts';

import {
  FunctionError,
  integerValue,
  nil,
  stringValue,
  type ByteString,
  type IntegerValue,
  type ListValue,
  type MapValue,
  type Value,
} from '../value.ts';
import { Evaluator } from './evaluator.ts';
import { placed, truth, unboxed, type Operand } from './operand.ts';
import type { Run } from './run.ts';

/** How a list ended: by itself, or by a `break` or `continue` of the range around it. */
type Ending = 'done' | 'break' | 'continue';

interface Iteration {
  /** `nil` where there is none: the numbers up to an integer. */
  readonly index: Operand;
  readonly element: Operand;
}

function* integers({ type, value }: IntegerValue): Generator<Iteration> {
  for (let number = 0n; number < value; number++) {
    yield { index: nil, element: integerValue(number, type) };
  }
}

function* elements({ items, element }: ListValue): Generator<Iteration> {
  for (const [index, item] of items.entries()) {
    yield { index: integerValue(BigInt(index)), element: placed(item, element) };
  }
}

function* bytes(text: ByteString): Generator<Iteration> {
  for (let index = 0; index < text.length; index++) {
    yield {
      index: integerValue(BigInt(index)),
      element: integerValue(BigInt(text.charCodeAt(index)), 'uint8'),
    };
  }
}

/** What one key costs: they are all sorted, even where the range ends with the first. */
const keyCost = 128;

/** Sorted by key, as they are when the range begins. */
const entries = (map: MapValue): readonly Iteration[] =>
  [...map.entries.keys()].sort().map((key) => {
    return { index: stringValue(key), element: placed(map.entries.get(key) ?? nil, map.element) };
  });

/** Executes statements: whatever writes, branches or repeats. */
class Executor extends Evaluator {
  list(dot: Operand, { nodes }: ListNode): Ending {
    for (const node of nodes) {
      const ending = this.statement(dot, node);
      if (ending !== 'done') return ending;
    }
    return 'done';
  }

  private statement(dot: Operand, node: StatementNode): Ending {
    this.at(node);
    switch (node.kind) {
      case 'text':
        this.run.write(node.text, this);
        return 'done';
      case 'action':
        return this.action(dot, node);
      case 'if':
      case 'with':
        return this.scoped(() => this.branch(dot, node));
      case 'range':
        return this.scoped(() => this.range(dot, node));
      case 'template':
        return this.template(dot, node);
      case 'break':
      case 'continue':
        return node.kind;
    }
  }

  private action(dot: Operand, node: ActionNode): Ending {
    const value = this.pipeline(dot, node.pipe);
    if (node.pipe.declarations.length > 0) return 'done';
    this.at(node);
    this.run.write(this.printed(unboxed(value), node), this);
    return 'done';
  }

  private printed(value: Value, node: ActionNode): ByteString {
    if (value.kind === 'string') return value.value;
    if (value.kind === 'nil') return '<no value>';
    if (value.kind === 'function') this.fail(`can't print ${nodeText(node)} of type ${typeName(value)}`);
    const text = this.run.guarded(() => stringValue(formatValue(value)));
    if (typeof text === 'string') this.fail(text);
    return text.kind === 'string' ? text.value : '';
  }

  /** Variables that are declared inside are gone afterwards. */
  private scoped(execute: () => Ending): Ending {
    const { count } = this.variables;
    this.run.enter();
    const ending = execute();
    this.run.leave();
    this.variables.forgetTo(count);
    return ending;
  }

  private branch(dot: Operand, { kind, pipe, list, otherwise }: BranchNode): Ending {
    const value = this.pipeline(dot, pipe);
    if (truth(value)) return this.list(kind === 'with' ? value : dot, list);
    return otherwise === undefined ? 'done' : this.list(dot, otherwise);
  }

  private range(dot: Operand, node: BranchNode): Ending {
    const value = unboxed(this.pipeline(dot, node.pipe));
    const { count } = this.variables;
    let empty = true;
    for (const iteration of this.iterations(value, node)) {
      empty = false;
      this.setRangeVariables(node, iteration);
      this.run.step(this);
      const ending = this.list(iteration.element, node.list);
      this.variables.forgetTo(count);
      if (ending === 'break') return 'done';
    }
    return empty && node.otherwise !== undefined ? this.list(dot, node.otherwise) : 'done';
  }

  private iterations(value: Value, { pipe }: BranchNode): Iterable<Iteration> {
    if (value.kind === 'list') return elements(value);
    if (value.kind === 'map') {
      this.run.pay(value.entries.size * keyCost, this);
      return entries(value);
    }
    if (value.kind === 'bytes') return bytes(value.value);
    if (value.kind === 'nil') return [];
    if (value.kind !== 'integer') this.fail(`range can't iterate over a value of type ${typeName(value)}`);
    if (pipe.declarations.length > 1) {
      this.fail(`can't use a value of type ${value.type} to iterate over more than one variable`);
    }
    return integers(value);
  }

  private setRangeVariables({ pipe }: BranchNode, { index, element }: Iteration): void {
    const [first, second] = pipe.declarations;
    if (first === undefined) return;
    if (!pipe.assigns) {
      this.variables.setDeclared(1, element);
      if (second !== undefined) this.variables.setDeclared(2, index);
      return;
    }
    this.setVariable(first.name, second === undefined ? element : index);
    if (second !== undefined) this.setVariable(second.name, element);
  }

  private template(dot: Operand, node: TemplateNode): Ending {
    const list = this.run.templates.get(node.name);
    if (list === undefined) this.fail(`template ${quote(node.name)} not defined`);
    this.run.enterTemplate(this);
    const inner = node.pipe === undefined ? nil : this.pipeline(dot, node.pipe);
    new Executor(this.run, node.name, inner, node).list(inner, list);
    this.run.leave();
    return 'done';
  }
}

/** Executes the template `name` of a run, from its root. */
export const executeTemplate = (run: Run, name: ByteString, dot: Value): void => {
  const list = run.templates.get(name);
  if (list === undefined) throw new FunctionError('no such template');
  new Executor(run, name, dot, list).list(dot, list);
};
