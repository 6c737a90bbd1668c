/** Go's `time.Duration`: nanoseconds in 64 bits, as it is written and read (https://pkg.go.dev/time#ParseDuration). */

export const microsecond = 1000n;
export const millisecond = 1_000_000n;
export const second = 1_000_000_000n;
export const minute = 60n * second;
export const hour = 60n * minute;

const units = new Map<string, bigint>([
  ['ns', 1n],
  ['us', microsecond],
  // U+00B5 and U+03BC, as bytes of UTF-8.
  ['\u00c2\u00b5s', microsecond],
  ['\u00ce\u00bcs', microsecond],
  ['ms', millisecond],
  ['s', second],
  ['m', minute],
  ['h', hour],
]);

const limit = 1n << 63n;

const part = /([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/y;

/** Go computes the fraction in floating point and cuts it off; so do we, to the same nanosecond. */
const fractionOf = (digits: string, unit: bigint): bigint => {
  let fraction = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = fraction * 10n + BigInt(digit);
    if (fraction > (limit - 1n) / 10n || next > limit) break;
    fraction = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(fraction) * (Number(unit) / scale)));
};

const matchPart = (
  text: string,
  start: number,
): [all: string, whole: string, fraction: string, unit: string] => {
  part.lastIndex = start;
  const [all = '', whole = '', fraction = '', unit = ''] = part.exec(text) ?? [];
  return [all, whole, fraction, unit];
};

/** The amount of one number and its unit, and where it ends; undefined for what Go refuses. */
const parsePart = (text: string, start: number): { amount: bigint; end: number } | undefined => {
  const [all, whole, fraction, unitName] = matchPart(text, start);
  const unit = units.get(unitName);
  if (unit === undefined || (whole === '' && fraction === '')) return undefined;
  const amount = BigInt(whole === '' ? '0' : whole) * unit;
  return amount > limit
    ? undefined
    : { amount: amount + fractionOf(fraction, unit), end: start + all.length };
};

/** Sums up all parts; undefined for what Go refuses. */
const parseAmount = (text: string, start: number): bigint | undefined => {
  let total = 0n;
  let position = start;
  while (position < text.length) {
    const next = parsePart(text, position);
    if (next === undefined) return undefined;
    total += next.amount;
    position = next.end;
    if (total > limit) return undefined;
  }
  return total;
};

/** Reads `1h15m30.5s`; undefined for what is no duration to Go. */
export const parseDuration = (text: string): bigint | undefined => {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  if (text.slice(sign.length) === '0') return 0n;
  if (text.length === sign.length) return undefined;
  const amount = parseAmount(text, sign.length);
  if (amount === undefined) return undefined;
  if (sign === '-') return -amount;
  return amount === limit ? undefined : amount;
};

const withFraction = (amount: bigint, unit: bigint): string => {
  const fraction = (amount % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return `${amount / unit}${fraction === '' ? '' : `.${fraction}`}`;
};

const formatSmall = (amount: bigint): string => {
  if (amount < microsecond) return `${amount}ns`;
  // The micro sign as bytes of UTF-8.
  if (amount < millisecond) return `${withFraction(amount, microsecond)}\u00c2\u00b5s`;
  return `${withFraction(amount, millisecond)}ms`;
};

const formatLarge = (amount: bigint): string => {
  const seconds = `${withFraction(amount % minute, second)}s`;
  const minutes = amount / minute;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
};

/** Writes a duration as Go's `String` does: `1h0m0.5s`, `20ms`, `0s`. */
export const formatDuration = (duration: bigint): string => {
  if (duration === 0n) return '0s';
  const amount = duration < 0n ? -duration : duration;
  const text = amount < second ? formatSmall(amount) : formatLarge(amount);
  return duration < 0n ? `-${text}` : text;
};

/** Rounds half away from zero to a multiple, as Go's `Round`; a multiple of zero or less leaves the duration as it is. */
export const roundDuration = (duration: bigint, multiple: bigint): bigint => {
  if (multiple <= 0n) return duration;
  const amount = duration < 0n ? -duration : duration;
  const rest = amount % multiple;
  const rounded = rest + rest < multiple ? amount - rest : amount + multiple - rest;
  return duration < 0n ? -rounded : rounded;
};

/** Cuts down towards zero to a multiple, as Go's `Truncate`. */
export const truncateDuration = (duration: bigint, multiple: bigint): bigint =>
  multiple <= 0n ? duration : duration - (duration % multiple);
