import type { Value } from '../../value.ts';
import { parseFloat64, parseInteger } from './parse-number.ts';

/**
 * Conversions of any value to a number, as sprig makes them (https://pkg.go.dev/github.com/spf13/cast): what cannot be converted is 0.
 */

const int64Limit = 2 ** 63;

/** Go's conversion of a float64 to int64 on 64-bit processors of AMD and Intel: what does not fit becomes the smallest. */
const truncateToInt64 = (value: number): bigint =>
  value >= -int64Limit && value < int64Limit ? BigInt(Math.trunc(value)) : BigInt.asIntN(64, 1n << 63n);

const simpleDecimal = /^([-+]?[0-9]*)(?:\.[0-9]*)?$/;

/** `"12.7"` counts as `12`, `"-.5"` as `-0`; digits are left as they are, so that `"010.5"` is octal. */
const withoutFraction = (text: string): string => {
  if (!text.includes('.')) return text;
  const whole = simpleDecimal.exec(text)?.[1];
  if (whole === undefined) return text;
  return /[0-9]/.test(whole) ? whole : `${whole}0`;
};

/** What Go's named integer types hold (`time.Duration`, `time.Month`). */
const objectNumber = (inner: unknown): bigint => {
  if (typeof inner === 'bigint') return BigInt.asIntN(64, inner);
  return typeof inner === 'number' ? truncateToInt64(inner) : 0n;
};

/** `int64`, and `int`: the same on 64-bit processors. */
export const toInt64 = (value: Value): bigint => {
  if (value.kind === 'integer') return BigInt.asIntN(64, value.value);
  if (value.kind === 'float') return truncateToInt64(value.value);
  if (value.kind === 'boolean') return value.value ? 1n : 0n;
  if (value.kind === 'string') return parseInteger(withoutFraction(value.value)) ?? 0n;
  return value.kind === 'object' ? objectNumber(value.inner) : 0n;
};

export const toFloat64 = (value: Value): number => {
  if (value.kind === 'integer') return Number(value.value);
  if (value.kind === 'float') return value.value;
  if (value.kind === 'boolean') return value.value ? 1 : 0;
  if (value.kind === 'string') return parseFloat64(value.value) ?? 0;
  return value.kind === 'object' ? Number(objectNumber(value.inner)) : 0;
};
