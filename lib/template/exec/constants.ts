import type { NumberNode, OperandNode } from '../parse/node.ts';
import { underlyingType } from '../types.ts';
import type { IntegerType, TypeName, Value } from '../value.ts';
import { booleanValue, floatValue, integerValue, stringValue } from '../value.ts';

const isFloatSyntax = (text: string): boolean =>
  /[.eEpP]/.test(text) &&
  !text.startsWith("'") &&
  !(/^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text));

/** A number where any type will do: its syntax decides. Nothing for what does not fit an `int`. */
export const idealConstant = ({ text, constant }: NumberNode): Value | undefined => {
  if (constant.complex !== undefined) return { kind: 'complex', ...constant.complex };
  if (constant.float !== undefined && isFloatSyntax(text)) return floatValue(constant.float);
  return constant.integer === undefined ? undefined : integerValue(constant.integer);
};

const integerTypes: ReadonlySet<string> = new Set(['int', 'int8', 'int16', 'int32', 'int64']);
const unsignedTypes: ReadonlySet<string> = new Set(['uint', 'uint8', 'uint16', 'uint32', 'uint64']);

const bitsOf = (type: string): number => Number(/[0-9]+$/.exec(type)?.[0] ?? '64');

const asInteger = (node: OperandNode, type: IntegerType): Value | undefined =>
  node.kind === 'number' && node.constant.integer !== undefined
    ? integerValue(BigInt.asIntN(bitsOf(type), node.constant.integer), type)
    : undefined;

const asUnsigned = (node: OperandNode, type: IntegerType): Value | undefined =>
  node.kind === 'number' && node.constant.unsigned !== undefined
    ? integerValue(BigInt.asUintN(bitsOf(type), node.constant.unsigned), type)
    : undefined;

const asFloat = (node: OperandNode, type: 'float32' | 'float64'): Value | undefined =>
  node.kind === 'number' && node.constant.float !== undefined
    ? {
        kind: 'float',
        type,
        value: type === 'float32' ? Math.fround(node.constant.float) : node.constant.float,
      }
    : undefined;

/** What a constant is as an argument of a type: the value, or what was expected. Nothing for a type that takes no constants. */
export type TypedConstant = { readonly value: Value | undefined; readonly expected: string };

/** A constant as an argument for a parameter of the type `type`. */
export const typedConstant = (node: OperandNode, named: TypeName): TypedConstant | undefined => {
  const type = underlyingType(named);
  if (integerTypes.has(type)) {
    return { value: asInteger(node, type as IntegerType), expected: 'integer' };
  }
  if (unsignedTypes.has(type)) {
    return { value: asUnsigned(node, type as IntegerType), expected: 'unsigned integer' };
  }
  switch (type) {
    case 'bool':
      return { value: node.kind === 'boolean' ? booleanValue(node.value) : undefined, expected: 'bool' };
    case 'string':
      return { value: node.kind === 'string' ? stringValue(node.value) : undefined, expected: 'string' };
    case 'float32':
    case 'float64':
      return { value: asFloat(node, type), expected: 'float' };
    default:
      return undefined;
  }
};
