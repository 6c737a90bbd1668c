import { FunctionError } from '../../value.ts';

/** An exact decimal number: `digits` times 10 to the power of `exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Digits behind the point that a division keeps. */
const divisionPrecision = 16;

const notFinite = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
};

/** The shortest decimal number that reads as `value`. */
export const decimalOf = (value: number): Decimal => {
  if (!Number.isFinite(value)) {
    throw new FunctionError(`Cannot create a Decimal from ${notFinite(value)}`);
  }
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(`${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
};

/** The float nearest to a decimal number; `Infinity` past the largest. */
export const floatOf = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);

const scaled = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);

export const add = (one: Decimal, other: Decimal): Decimal => {
  const exponent = Math.min(one.exponent, other.exponent);
  return { digits: scaled(one, exponent) + scaled(other, exponent), exponent };
};

export const subtract = (one: Decimal, other: Decimal): Decimal =>
  add(one, { ...other, digits: -other.digits });

export const multiply = (one: Decimal, other: Decimal): Decimal => ({
  digits: one.digits * other.digits,
  exponent: one.exponent + other.exponent,
});

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Rounded to 16 digits behind the point, a half away from zero. */
export const divide = (one: Decimal, other: Decimal): Decimal => {
  if (other.digits === 0n) throw new FunctionError('decimal division by 0');
  const shift = one.exponent - other.exponent + divisionPrecision;
  const dividend = shift > 0 ? one.digits * 10n ** BigInt(shift) : one.digits;
  const divisor = shift < 0 ? other.digits * 10n ** BigInt(-shift) : other.digits;
  const quotient = dividend / divisor;
  const roundsUp = 2n * magnitude(dividend % divisor) >= magnitude(divisor);
  const away = dividend < 0n === divisor < 0n ? 1n : -1n;
  return { digits: roundsUp ? quotient + away : quotient, exponent: -divisionPrecision };
};
