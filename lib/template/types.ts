import { byKind, type Handlers } from './by-kind.ts';
import type { TypeName, Value } from './value.ts';

const typeNames: Handlers<Value, TypeName> = {
  nil: () => '<nil>',
  boolean: () => 'bool',
  string: () => 'string',
  integer: ({ type }) => type,
  float: ({ type }) => type,
  complex: () => 'complex128',
  bytes: () => '[]uint8',
  list: ({ element }) => `[]${element}`,
  map: ({ element }) => `map[string]${element}`,
  object: ({ type }) => type,
  function: (value) => functionType(value.function.parameters),
};

/** What `%T` prints: Go's name of a value's type; `<nil>` for nil. */
export const typeName = (value: Value): TypeName => byKind(value, typeNames);

const functionType = (parameters: readonly TypeName[]): TypeName => `func(${parameters.join(', ')})`;

/** Named types of Go's own library whose kind their name does not show. */
const kindsByName: ReadonlyMap<TypeName, string> = new Map([
  ['time.Duration', 'int64'],
  ['time.Month', 'int'],
  ['time.Weekday', 'int'],
]);

/** The type that a named type is made of: what a constant is taken for. */
export const underlyingType = (type: TypeName): TypeName =>
  type === 'sprig.HashAlgorithm' ? 'string' : (kindsByName.get(type) ?? type);

/** The number that a value of a named type is (`time.Month`); every other value as it is. */
export const underlyingValue = (value: Value): Value => {
  const isNamedNumber = value.kind === 'object' && typeof value.inner === 'bigint';
  const type = isNamedNumber ? underlyingType(value.type) : undefined;
  return isNamedNumber && (type === 'int' || type === 'int64')
    ? { kind: 'integer', type, value: value.inner }
    : value;
};

const objectKind = (type: TypeName): string =>
  kindsByName.get(type) ?? (type.startsWith('*') ? 'ptr' : 'struct');

/** What `kindOf` prints: Go's `reflect.Kind` of a value; `invalid` for nil. */
export const kindName = (value: Value): string => {
  if (value.kind === 'nil') return 'invalid';
  if (value.kind === 'bytes' || value.kind === 'list') return 'slice';
  if (value.kind === 'map') return 'map';
  if (value.kind === 'object') return objectKind(value.type);
  return value.kind === 'function' ? 'func' : typeName(value);
};

const truths: Handlers<Value, boolean> = {
  nil: () => false,
  boolean: ({ value }) => value,
  string: ({ value }) => value.length > 0,
  bytes: ({ value }) => value.length > 0,
  integer: ({ value }) => value !== 0n,
  float: ({ value }) => value !== 0,
  complex: ({ real, imaginary }) => real !== 0 || imaginary !== 0,
  list: ({ items }) => items.length > 0,
  map: ({ entries }) => entries.size > 0,
  object: () => true,
  function: () => true,
};

/** Whether a value counts as true for `if`, `with`, `and`, `or` and `not`: whether it is not the zero of its type, nor empty. */
export const isTrue = (value: Value): boolean => byKind(value, truths);

const spellings: ReadonlyMap<TypeName, TypeName> = new Map([
  ['any', 'interface {}'],
  ['interface{}', 'interface {}'],
  ['[]byte', '[]uint8'],
  ['byte', 'uint8'],
  ['rune', 'int32'],
]);

/** Go's canonical spelling of a type that may be spelled in another way (`any`, `[]byte`). */
export const canonicalType = (type: TypeName): TypeName => spellings.get(type) ?? type;

/** Whether a value may be passed where Go expects `type`: any value for `interface {}`, else its own type alone. */
export const isAssignable = (value: Value, type: TypeName): boolean =>
  type === 'interface {}' || typeName(value) === type;
