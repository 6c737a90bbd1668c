import { wildcardMatches } from './wildcard.ts';
import { listOf } from './document.ts';
import type { ConditionBlock } from './document.ts';

/** What is known about a request, by condition key; several values for a key that has several. */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

type Test = (expected: string, actual: string) => boolean;

const equals: Test = (expected, actual) => expected === actual;
const equalsIgnoreCase: Test = (expected, actual) => expected.toLowerCase() === actual.toLowerCase();
const like: Test = (expected, actual) => wildcardMatches(expected, actual);

/** An operator: a test of one expected value, and whether all or none of the expected ones may pass it. */
interface Operator {
  readonly test: Test;
  readonly negated: boolean;
}

const positive = (test: Test): Operator => ({ test, negated: false });
const negative = (test: Test): Operator => ({ test, negated: true });

export const conditionOperators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', positive(equals)],
  ['StringNotEquals', negative(equals)],
  ['StringEqualsIgnoreCase', positive(equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', negative(equalsIgnoreCase)],
  ['StringLike', positive(like)],
  ['StringNotLike', negative(like)],
  ['ArnEquals', positive(like)],
  ['ArnLike', positive(like)],
  ['ArnNotEquals', negative(like)],
  ['ArnNotLike', negative(like)],
  ['Bool', positive(equalsIgnoreCase)],
  ['Null', positive(equals)],
]);

/** The operator without `ForAllValues:`, `ForAnyValue:` and `IfExists`. */
export const operatorName = (name: string): string =>
  name.replace(/^For(AllValues|AnyValue):/, '').replace(/IfExists$/, '');

/** The values of a condition key; keys are compared without regard to case. */
function valuesOf(context: ConditionContext, key: string): readonly string[] | undefined {
  const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase());
  const value = name === undefined ? undefined : context[name];
  return value === undefined ? undefined : typeof value === 'string' ? [value] : value;
}

/** Puts the request's values in place of `${key}`; a policy variable without a value fits nothing. */
export function substitute(text: string, context: ConditionContext): string | undefined {
  const missing: string[] = [];
  const result = text.replace(/\$\{([^}]*)\}/g, (_, key: string) => {
    if (['*', '?', '$'].includes(key)) return key;
    const value = valuesOf(context, key)?.[0];
    if (value === undefined) missing.push(key);
    return value ?? '';
  });
  return missing.length > 0 ? undefined : result;
}

function passes(name: string, expected: readonly string[], actual: readonly string[] | undefined): boolean {
  const operator = conditionOperators.get(operatorName(name));
  if (operator === undefined) return false;
  if (operatorName(name) === 'Null') return expected.includes(String(actual === undefined));
  const { test, negated } = operator;
  if (actual === undefined) return negated || name.endsWith('IfExists') || name.startsWith('ForAllValues:');
  const one = (value: string): boolean => expected.some((text) => test(text, value)) !== negated;
  return name.startsWith('ForAllValues:') ? actual.every(one) : actual.some(one);
}

/** Whether every operator and key of a condition block is satisfied. */
export function conditionsHold(conditions: ConditionBlock | undefined, context: ConditionContext): boolean {
  return Object.entries(conditions ?? {}).every(([operator, block]) =>
    Object.entries(block).every(([key, value]) => {
      const expected = listOf(value).flatMap((text) => substitute(text, context) ?? []);
      return passes(operator, expected, valuesOf(context, key));
    }),
  );
}
