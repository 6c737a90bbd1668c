import { FunctionError, integerValue, nil, type TemplateFunction, type Value } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { toInt64 } from './cast.ts';
import { anyType, define, defineAll } from './define.ts';
import { printed } from './text.ts';
import { atoi, parseOctal } from './parse-number.ts';

type Values = readonly Value[];

/** An `int64`; what is past its ends wraps around. */
const int64Value = (value: bigint): Value => integerValue(BigInt.asIntN(64, value), 'int64');

const int64s = (values: Values): bigint[] => values.map(toInt64);

const folded = (values: Values, fold: (sum: bigint, next: bigint) => bigint): Value => {
  const [first = 0n, ...others] = int64s(values);
  return int64Value(others.reduce((sum, next) => BigInt.asIntN(64, fold(sum, next)), first));
};

/** Division towards zero; its remainder has the sign of the dividend. */
const divided = (values: Values, divide: (dividend: bigint, divisor: bigint) => bigint): Value => {
  const [dividend = 0n, divisor = 0n] = int64s(values);
  if (divisor === 0n) throw new FunctionError('runtime error: integer divide by zero');
  return int64Value(divide(dividend, divisor));
};

const pair = [anyType, anyType];
const several = [anyType, `...${anyType}`];

/** Functions of whole numbers. */
export const integerFunctions: readonly TemplateFunction[] = [
  define('atoi', ['string'], ([text]) => integerValue(atoi(stringArgument(text)))),
  define('int', [anyType], ([value = nil]) => integerValue(toInt64(value))),
  define('int64', [anyType], ([value = nil]) => int64Value(toInt64(value))),
  define('toDecimal', [anyType], ([value = nil], context) =>
    int64Value(parseOctal(printed(value, context)) ?? 0n),
  ),
  define('add', [`...${anyType}`], (values) => folded(values, (sum, next) => sum + next)),
  define('add1', [anyType], ([value = nil]) => int64Value(toInt64(value) + 1n)),
  define('sub', pair, (values) => folded(values, (one, other) => one - other)),
  define('mul', several, (values) => folded(values, (product, next) => product * next)),
  define('div', pair, (values) => divided(values, (dividend, divisor) => dividend / divisor)),
  define('mod', pair, (values) => divided(values, (dividend, divisor) => dividend % divisor)),
  ...defineAll(['max', 'biggest'], several, (values) =>
    folded(values, (most, next) => (next > most ? next : most)),
  ),
  define('min', several, (values) => folded(values, (least, next) => (next < least ? next : least))),
];
