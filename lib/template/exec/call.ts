import { isAssignable, typeName } from '../types.ts';
import { FunctionError, integerValue, nil, type IntegerType, type TypeName, type Value } from '../value.ts';
import { unboxed, zeroOf, type Operand } from './operand.ts';
import type { Run } from './run.ts';
import { canBeNil, parameterType, signatureOf } from './signature.ts';

const bits = (type: string): number => Number(/[0-9]+$/.exec(type)?.[0] ?? '64');

const isIntegerType = (type: TypeName): type is IntegerType => /^u?int(?:8|16|32|64)?$/.test(type);

const converted = (value: bigint, type: IntegerType): Value =>
  integerValue(
    type.startsWith('u') ? BigInt.asUintN(bits(type), value) : BigInt.asIntN(bits(type), value),
    type,
  );

/** An argument of a function value: integers become the integers that it wants. */
const prepared = (value: Value, type: TypeName): Value => {
  if (value.kind === 'nil') {
    if (canBeNil(type)) return unboxed(zeroOf(type));
    throw new FunctionError(`value is nil; should be of type ${type}`);
  }
  if (isAssignable(value, type)) return value;
  if (value.kind === 'integer' && isIntegerType(type)) return converted(value.value, type);
  throw new FunctionError(`value has type ${typeName(value)}; should be ${type}`);
};

const atIndex = (index: number, prepare: () => Value): Value => {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof FunctionError) throw new FunctionError(`arg ${index}: ${error.message}`);
    throw error;
  }
};

const checkCount = (name: string, parameters: readonly TypeName[], count: number): void => {
  const { fixed, rest } = signatureOf(parameters);
  const enough = rest === undefined ? count === fixed.length : count >= fixed.length;
  if (enough) return;
  const want = rest === undefined ? String(fixed.length) : `at least ${fixed.length}`;
  throw new FunctionError(`wrong number of args for ${name}: got ${count} want ${want}`);
};

/** `call f a b`. `shown` is how the template writes `f`; without one it came through a pipe. */
export const callFunctionValue = (
  operands: readonly Operand[],
  shown: string | undefined,
  run: Run,
): Operand => {
  const [callee = nil, ...values] = operands.map(unboxed);
  if (callee.kind === 'nil') throw new FunctionError('call of nil');
  const name = shown ?? `<${typeName(callee)} Value>`;
  if (callee.kind !== 'function') {
    throw new FunctionError(`non-function ${name} of type ${typeName(callee)}`);
  }
  const { parameters } = callee.function;
  checkCount(name, parameters, values.length);
  const signature = signatureOf(parameters);
  return run.call(
    callee.function,
    values.map((value, index) => atIndex(index, () => prepared(value, parameterType(signature, index)))),
  );
};
