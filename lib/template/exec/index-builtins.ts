import { typeName } from '../types.ts';
import {
  FunctionError,
  integerValue,
  type ByteString,
  type IntegerValue,
  type ListValue,
  type MapValue,
  type Value,
} from '../value.ts';
import { placed, unboxed, zeroOf, type Operand } from './operand.ts';

/** The type behind a pointer. */
const pointee = (value: Value): string => typeName(value).replace(/^\*/, '');

const listIndex = (index: Value, length: number): number => {
  if (index.kind === 'nil') throw new FunctionError('cannot index slice/array with nil');
  if (index.kind !== 'integer') {
    throw new FunctionError(`cannot index slice/array with type ${typeName(index)}`);
  }
  if (index.value < 0n || index.value > BigInt(length)) throw new FunctionError('index out of range');
  return Number(index.value);
};

const mapKey = (key: Value): string => {
  if (key.kind === 'nil') throw new FunctionError('value is nil; should be of type string');
  if (key.kind === 'string') return key.value;
  throw new FunctionError(`value has type ${typeName(key)}; should be string`);
};

const byteAt = (text: string, at: number): IntegerValue => integerValue(BigInt(text.charCodeAt(at)), 'uint8');

/** Go lets the index one past the end through its own check and fails in the next. */
const pastEnd = (kind: string): FunctionError => new FunctionError(`reflect: ${kind} index out of range`);

const elementOfList = ({ items, element }: ListValue, index: Value): Operand => {
  const found = items[listIndex(index, items.length)];
  if (found === undefined) throw pastEnd('slice');
  return placed(found, element);
};

const byteOf = (text: ByteString, index: Value, kind: string): Value => {
  const at = listIndex(index, text.length);
  if (at === text.length) throw pastEnd(kind);
  return byteAt(text, at);
};

const entryOf = ({ entries, element }: MapValue, key: Value): Operand => {
  const found = entries.get(mapKey(key));
  return found === undefined ? zeroOf(element) : placed(found, element);
};

const element = (item: Value, index: Value): Operand => {
  if (item.kind === 'list') return elementOfList(item, index);
  if (item.kind === 'map') return entryOf(item, index);
  if (item.kind === 'string') return byteOf(item.value, index, 'string');
  if (item.kind === 'bytes') return byteOf(item.value, index, 'slice');
  throw new FunctionError(`can't index item of type ${pointee(item)}`);
};

/** `index x 1 "a"`: `x[1]["a"]`. What a map does not have is the zero of its elements. */
export const indexInto = (item: Operand, indexes: readonly Operand[]): Operand => {
  let current = unboxed(item);
  let result: Operand = current;
  if (current.kind === 'nil') throw new FunctionError('index of untyped nil');
  for (const index of indexes) {
    if (current.kind === 'nil') throw new FunctionError('index of nil pointer');
    result = element(current, unboxed(index));
    current = unboxed(result);
  }
  return result;
};

/** Go does not expect a nil that stands nowhere, and so has no sentence of its own for it. */
const lengthOfNil = (operand: Operand): FunctionError =>
  new FunctionError(
    operand.kind === 'boxed' ? 'len of nil pointer' : 'reflect: call of reflect.Value.Type on zero Value',
  );

/** `len x`. */
export const lengthOf = (operand: Operand): Value => {
  const item = unboxed(operand);
  if (item.kind === 'nil') throw lengthOfNil(operand);
  if (item.kind === 'list') return integerValue(BigInt(item.items.length));
  if (item.kind === 'map') return integerValue(BigInt(item.entries.size));
  if (item.kind === 'string' || item.kind === 'bytes') return integerValue(BigInt(item.value.length));
  throw new FunctionError(`len of type ${pointee(item)}`);
};
