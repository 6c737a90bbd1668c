import { decimalDigits, roundDigits, shortestDigits, type Digits } from './digits.ts';
import { binaryFloat, hexFloat } from './hex-float.ts';

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';
export type FloatSize = 32 | 64;

interface Shape {
  readonly precision: number;
  readonly letter: 'e' | 'E';
}

const digitAt = ({ digits }: Digits, index: number): string => digits[index] ?? '0';

const run = (digits: Digits, from: number, count: number): string => {
  const leading = Math.min(Math.max(-from, 0), count);
  const shown = digits.digits.slice(Math.max(from, 0), Math.max(from + count, 0));
  return '0'.repeat(leading) + shown.padEnd(count - leading, '0');
};

const scientific = (digits: Digits, { precision, letter }: Shape): string => {
  const fraction = precision > 0 ? `.${run(digits, 1, precision)}` : '';
  const exponent = digits.digits === '' ? 0 : digits.point - 1;
  const sign = exponent < 0 ? '-' : '+';
  return `${digitAt(digits, 0)}${fraction}${letter}${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
};

const fixed = (digits: Digits, precision: number): string => {
  const whole = digits.point > 0 ? run(digits, 0, digits.point) : '0';
  return precision > 0 ? `${whole}.${run(digits, digits.point, precision)}` : whole;
};

/** `%g`: scientific below 1e-4 and from the precision on (21 has no say here: that is JSON's), else fixed; no zeros at the end. */
const general = (digits: Digits, shape: Shape, shortest: boolean): string => {
  const count = digits.digits.length;
  const enough = shape.precision > count && count >= digits.point ? count : shape.precision;
  const limit = shortest ? 6 : enough;
  const exponent = digits.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const precision = Math.min(shape.precision, count) - 1;
    return scientific(digits, { ...shape, precision });
  }
  const precision = shape.precision > digits.point ? count : shape.precision;
  return fixed(digits, Math.max(precision - digits.point, 0));
};

const withShortest = (value: number, verb: FloatVerb, size: FloatSize): string => {
  const digits = shortestDigits(value, size);
  const count = digits.digits.length;
  const letter = verb === 'E' || verb === 'G' ? 'E' : 'e';
  if (verb === 'f') return fixed(digits, Math.max(count - digits.point, 0));
  if (verb === 'g' || verb === 'G') return general(digits, { precision: count, letter }, true);
  return scientific(digits, { precision: Math.max(count - 1, 0), letter });
};

const withPrecision = (value: number, verb: FloatVerb, wanted: number): string => {
  const exact = decimalDigits(value);
  const letter = verb === 'E' || verb === 'G' ? 'E' : 'e';
  if (verb === 'f') return fixed(roundDigits(exact, exact.point + wanted), wanted);
  if (verb === 'g' || verb === 'G') {
    const precision = Math.max(wanted, 1);
    return general(roundDigits(exact, precision), { precision, letter }, false);
  }
  return scientific(roundDigits(exact, wanted + 1), { precision: wanted, letter });
};

const magnitude = (value: number, verb: FloatVerb, precision: number, size: FloatSize): string => {
  if (verb === 'b') return binaryFloat(value, size);
  if (verb === 'x' || verb === 'X') return hexFloat(value, verb, precision);
  return precision < 0 ? withShortest(value, verb, size) : withPrecision(value, verb, precision);
};

/** Go's `strconv.FormatFloat`; a negative precision takes as many digits as the number needs. Infinity is `+Inf`. */
export const formatFloat = (
  value: number,
  verb: FloatVerb,
  precision: number,
  size: FloatSize = 64,
): string => {
  if (Number.isNaN(value)) return 'NaN';
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return negative ? '-Inf' : '+Inf';
  return (negative ? '-' : '') + magnitude(Math.abs(value), verb, precision, size);
};
