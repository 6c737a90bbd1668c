import { isAssignable, typeName } from '../types.ts';
import { nil, type TypeName, type Value } from '../value.ts';
import { operandType, unboxed, zeroOf, type Operand } from './operand.ts';
import { canBeNil } from './signature.ts';

/** No value where one is wanted: a nil slice is a list without elements, a nil map stays nil, since it cannot be written to. */
const withoutValue = (type: TypeName): Operand | string => {
  if (!canBeNil(type)) return `invalid value; expected ${type}`;
  return type.startsWith('[]') || type === 'interface {}' ? zeroOf(type) : nil;
};

/** Go passes a pointer where the value behind it is wanted. */
const fits = (value: Value, type: TypeName): boolean =>
  value.kind !== 'nil' &&
  (isAssignable(value, type) || (value.kind === 'object' && value.type === `*${type}`));

/** An operand as an argument for a parameter of the type `type`; a text says what is wrong, in Go's words. */
export const validated = (operand: Operand, type: TypeName): Operand | string => {
  if (type === 'reflect.Value') return operand;
  if (operand.kind === 'nil') return withoutValue(type);
  if (type === 'interface {}') return operand;
  const value = unboxed(operand);
  if (fits(value, type)) return value;
  const got = value.kind === 'nil' ? operandType(operand) : typeName(value);
  return `wrong type for value; expected ${type}; got ${got}`;
};
