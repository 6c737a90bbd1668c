import { isAssignable, kindName, typeName, underlyingValue } from '../types.ts';
import { FunctionError, type ObjectValue, type Value } from '../value.ts';
import { unboxed, type Operand } from './operand.ts';

type Basic = 'boolean' | 'complex' | 'integer' | 'unsigned' | 'float' | 'string';

const basics: ReadonlyMap<Value['kind'], Basic> = new Map([
  ['boolean', 'boolean'],
  ['complex', 'complex'],
  ['float', 'float'],
  ['string', 'string'],
  ['integer', 'integer'],
]);

const basicKind = (value: Value): Basic | undefined =>
  value.kind === 'integer' && value.type.startsWith('uint') ? 'unsigned' : basics.get(value.kind);

const incompatible = (one: Value, other: Value): FunctionError =>
  new FunctionError(`incompatible types for comparison: ${typeName(one)} and ${typeName(other)}`);

const badType = (): FunctionError => new FunctionError('invalid type for comparison');

const bothIntegers = (one: Value, other: Value): boolean =>
  one.kind === 'integer' && other.kind === 'integer';

const equalBasic = (one: Value, other: Value): boolean => {
  if (one.kind === 'complex' && other.kind === 'complex') {
    return one.real === other.real && one.imaginary === other.imaginary;
  }
  return 'value' in one && 'value' in other && one.value === other.value;
};

const isNil = (value: Value): boolean =>
  value.kind === 'nil' || (value.kind === 'list' && value.isNil === true);

const checkKinds = (one: Value, other: Value): void => {
  if (one.kind === 'nil' || other.kind === 'nil' || kindName(one) === kindName(other)) return;
  throw new FunctionError(`non-comparable types ${typeName(one)} and ${typeName(other)}`);
};

/** Pointers are equal to themselves alone, structs to those that hold the same. */
const equalObjects = (one: ObjectValue, other: ObjectValue): boolean =>
  one === other ||
  (!other.type.startsWith('*') && isAssignable(one, other.type) && one.text() === other.text());

/** Of values that are no basic ones, nil compares with all, and structs and pointers with their like. */
const equalOthers = (one: Value, other: Value): boolean => {
  checkKinds(one, other);
  if (isNil(one) || isNil(other)) return isNil(one) === isNil(other);
  if (one.kind === 'object' && other.kind === 'object') return equalObjects(one, other);
  throw new FunctionError(`non-comparable type: ${typeName(other)}`);
};

const equal = (one: Value, other: Value): boolean => {
  const [kind, otherKind] = [basicKind(one), basicKind(other)];
  if (kind === otherKind) return kind === undefined ? equalOthers(one, other) : equalBasic(one, other);
  if (bothIntegers(one, other)) return equalBasic(one, other);
  if (one.kind !== 'nil' && other.kind !== 'nil') throw incompatible(one, other);
  return false;
};

/** Whether the first is equal to any of the others. */
export const equalToAny = (first: Operand, others: readonly Operand[]): boolean => {
  if (others.length === 0) throw new FunctionError('missing argument for comparison');
  return others.some((other) => equal(underlyingValue(unboxed(first)), underlyingValue(unboxed(other))));
};

/** Whether the first comes before the second. */
export const isLess = (first: Operand, second: Operand): boolean => {
  const [one, other] = [underlyingValue(unboxed(first)), underlyingValue(unboxed(second))];
  const [kind, otherKind] = [basicKind(one), basicKind(other)];
  if (kind === undefined || otherKind === undefined) throw badType();
  if (kind !== otherKind && !bothIntegers(one, other)) throw incompatible(one, other);
  if (kind === 'boolean' || kind === 'complex') throw badType();
  return 'value' in one && 'value' in other && isLessValue(one.value, other.value);
};

const isLessValue = (one: unknown, other: unknown): boolean =>
  (one as bigint | number | string) < (other as bigint | number | string);
