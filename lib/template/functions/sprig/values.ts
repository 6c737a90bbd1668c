import { integerArgument } from '../arguments.ts';
import {
  FunctionError,
  integerValue,
  nil,
  type FloatValue,
  type ListValue,
  type MapValue,
  type Value,
} from '../../value.ts';

/** What Go's runtime says where sprig asks a nil for its type. */
export const nilDereference = 'runtime error: invalid memory address or nil pointer dereference';

export const argumentAt = (values: readonly Value[], index: number): Value => values[index] ?? nil;

/** An `int` as a number: for sizes and offsets, where what is past 2^53 only has to stay large. */
export const numberArgument = (value: Value | undefined): number => Number(integerArgument(value));

export const booleanArgument = (value: Value | undefined): boolean =>
  value?.kind === 'boolean' && value.value;

export const floatArgument = (value: Value | undefined): FloatValue['value'] =>
  value?.kind === 'float' ? value.value : 0;

/** A nil slice of anything. */
export const nilList: ListValue = { kind: 'list', element: 'interface {}', items: [], isNil: true };

const noEntries: ReadonlyMap<string, Value> = new Map();

/** What a dictionary holds that is only read; a nil map holds nothing. */
export const entriesOf = (value: Value | undefined): ReadonlyMap<string, Value> =>
  value?.kind === 'map' ? value.entries : noEntries;

/** A dictionary that is written to. */
export const writableMap = (value: Value | undefined): MapValue => {
  if (value?.kind === 'map') return value;
  throw new FunctionError('assignment to entry in nil map');
};

/** The elements of anything that Go calls a slice; undefined for other values. */
export const sliceItems = (value: Value): readonly Value[] | undefined => {
  if (value.kind === 'list') return value.items;
  if (value.kind !== 'bytes') return undefined;
  return Array.from(value.value, (byte) => integerValue(BigInt(byte.charCodeAt(0)), 'uint8'));
};

/** Keys in the order of their bytes, as Go prints maps and ranges over them. */
export const sortedKeys = (entries: ReadonlyMap<string, Value>): string[] => [...entries.keys()].sort();
