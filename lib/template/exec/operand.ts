import { isTrue, typeName } from '../types.ts';
import { nil, type TypeName, type Value } from '../value.ts';

/**
 * A value whose place has the type `interface {}`: an entry of a `map[string]interface {}`, an element of a `[]interface {}`. Go's
 * messages name that type and not the value's own, and tell a nil in such a place from no value at all.
 */
export interface BoxedValue {
  readonly kind: 'boxed';
  readonly value: Value;
}

/** What expressions are evaluated to. `nil` is no value at all. */
export type Operand = Value | BoxedValue;

const boxedNil: BoxedValue = { kind: 'boxed', value: nil };

/** A value taken out of a place of the type `type`. */
export const placed = (value: Value, type: TypeName): Operand =>
  type === 'interface {}' ? { kind: 'boxed', value } : value;

export const unboxed = (operand: Operand): Value => (operand.kind === 'boxed' ? operand.value : operand);

/** Go's name of an operand's type: of its place, where that is an interface. */
export const operandType = (operand: Operand): TypeName =>
  operand.kind === 'boxed' ? 'interface {}' : typeName(operand);

export const truth = (operand: Operand): boolean => isTrue(unboxed(operand));

/** Go's zero of a type, as far as templates can tell. */
export const zeroOf = (type: TypeName): Operand => {
  if (type === 'interface {}') return boxedNil;
  if (type.startsWith('[]')) return zeroList(type.slice(2));
  if (type.startsWith('map[string]')) {
    return { kind: 'map', element: type.slice('map[string]'.length), entries: new Map() };
  }
  return zeroScalars.get(type) ?? nil;
};

const zeroList = (element: TypeName): Value =>
  element === 'uint8' ? { kind: 'bytes', value: '' } : { kind: 'list', element, items: [], isNil: true };

const zeroScalars: ReadonlyMap<TypeName, Value> = new Map<TypeName, Value>([
  ['string', { kind: 'string', value: '' }],
  ['bool', { kind: 'boolean', value: false }],
  ['float64', { kind: 'float', type: 'float64', value: 0 }],
  ['int', { kind: 'integer', type: 'int', value: 0n }],
  ['int64', { kind: 'integer', type: 'int64', value: 0n }],
]);
