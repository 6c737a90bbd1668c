import { sprint, sprintf, sprintln } from '../print.ts';
import {
  booleanValue,
  FunctionError,
  nil,
  stringValue,
  type ByteString,
  type TypeName,
  type Value,
} from '../value.ts';
import { equalToAny, isLess } from './compare.ts';
import { escapeHtml, escapeJs, escapeUrlQuery } from './escape.ts';
import { indexInto, lengthOf } from './index-builtins.ts';
import { truth, unboxed, type Operand } from './operand.ts';

/** A function of the language itself. Where Go's takes a `reflect.Value`, it sees whether a nil stands in a place of its own. */
export interface Builtin {
  readonly name: string;
  readonly parameters: readonly TypeName[];
  readonly call: (operands: readonly Operand[]) => Operand;
}

const any = '...interface {}';
const value = 'reflect.Value';
const values = '...reflect.Value';

const first = (operands: readonly Operand[]): Operand => operands[0] ?? nil;
const second = (operands: readonly Operand[]): Operand => operands[1] ?? nil;

/** The texts of arguments, as an action prints them. */
const textOf = (operands: readonly Operand[]): ByteString => {
  const shown = operands.map((operand): Value => {
    const plain = unboxed(operand);
    return plain.kind === 'nil' ? stringValue('<no value>') : plain;
  });
  return sprint(shown);
};

const format = (operands: readonly Operand[]): ByteString => {
  const [pattern = nil, ...rest] = operands.map(unboxed);
  return sprintf(pattern.kind === 'string' ? pattern.value : '', rest);
};

const isLessOrEqual = (operands: readonly Operand[]): boolean => {
  const [one, other] = [first(operands), second(operands)];
  return isLess(one, other) || equalToAny(one, [other]);
};

const text =
  (make: (operands: readonly Operand[]) => ByteString): Builtin['call'] =>
  (operands) =>
    stringValue(make(operands));

const test =
  (decide: (operands: readonly Operand[]) => boolean): Builtin['call'] =>
  (operands) =>
    booleanValue(decide(operands));

/** The evaluator calls these itself: `and` and `or` leave out what need not be known, `call` knows what its argument is called. */
const byEvaluator = (): never => {
  throw new FunctionError('is not called as a function');
};

/** The functions of Go's text/template itself, but `slice`, whose name sprig's takes. */
const builtins: readonly Builtin[] = [
  { name: 'and', parameters: [value, values], call: byEvaluator },
  { name: 'call', parameters: [value, values], call: byEvaluator },
  { name: 'eq', parameters: [value, values], call: test(([one = nil, ...rest]) => equalToAny(one, rest)) },
  { name: 'ge', parameters: [value, value], call: test((both) => !isLess(first(both), second(both))) },
  { name: 'gt', parameters: [value, value], call: test((both) => !isLessOrEqual(both)) },
  { name: 'html', parameters: [any], call: text((all) => escapeHtml(textOf(all))) },
  { name: 'index', parameters: [value, values], call: ([item = nil, ...rest]) => indexInto(item, rest) },
  { name: 'js', parameters: [any], call: text((all) => escapeJs(textOf(all))) },
  { name: 'le', parameters: [value, value], call: test(isLessOrEqual) },
  { name: 'len', parameters: [value], call: (all) => lengthOf(first(all)) },
  { name: 'lt', parameters: [value, value], call: test((both) => isLess(first(both), second(both))) },
  { name: 'ne', parameters: [value, value], call: test((both) => !equalToAny(first(both), [second(both)])) },
  { name: 'not', parameters: [value], call: test((all) => !truth(first(all))) },
  { name: 'or', parameters: [value, values], call: byEvaluator },
  { name: 'print', parameters: [any], call: text((all) => sprint(all.map(unboxed))) },
  { name: 'printf', parameters: ['string', any], call: text(format) },
  { name: 'println', parameters: [any], call: text((all) => sprintln(all.map(unboxed))) },
  { name: 'urlquery', parameters: [any], call: text((all) => escapeUrlQuery(textOf(all))) },
];

export const builtinsByName: ReadonlyMap<string, Builtin> = new Map(
  builtins.map((builtin) => [builtin.name, builtin]),
);
