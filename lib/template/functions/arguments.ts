import {
  mapValue,
  type BytesValue,
  type ByteString,
  type ListValue,
  type MapValue,
  type ObjectValue,
  type Value,
} from '../value.ts';

/**
 * What a function's arguments hold. The evaluator has checked and converted them by the function's `parameters`; another kind of value
 * here is a mistake in our tables, no error of the template.
 */

const unexpected = (wanted: string, value: Value | undefined): never => {
  throw new TypeError(`an argument is ${value?.kind ?? 'missing'} where the parameters promise ${wanted}`);
};

export const stringArgument = (value: Value | undefined): ByteString =>
  value?.kind === 'string' ? value.value : unexpected('a string', value);

export const integerArgument = (value: Value | undefined): bigint =>
  value?.kind === 'integer' ? value.value : unexpected('an integer', value);

/** A map that is only read; a nil map holds nothing. */
export const mapArgument = (value: Value | undefined): MapValue => {
  if (value?.kind === 'nil') return mapValue([]);
  return value?.kind === 'map' ? value : unexpected('a map', value);
};

export const objectArgument = (value: Value | undefined): ObjectValue =>
  value?.kind === 'object' ? value : unexpected('an object', value);

/** The elements of a list; a nil slice has none. */
export const listArgument = (value: Value | undefined): readonly Value[] => {
  if (value?.kind === 'nil') return [];
  return value?.kind === 'list' ? value.items : unexpected('a list', value);
};

export const bytesValue = (value: ByteString): BytesValue => ({ kind: 'bytes', value });

export const stringList = (items: readonly ByteString[]): ListValue => ({
  kind: 'list',
  element: 'string',
  items: items.map((value) => ({ kind: 'string', value })),
});

/** A list of strings that is nil where it would be empty. */
export const stringListOrNil = (items: readonly ByteString[]): ListValue =>
  items.length === 0 ? { kind: 'list', element: 'string', items: [], isNil: true } : stringList(items);
