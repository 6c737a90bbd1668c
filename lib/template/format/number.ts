import type { ByteString } from '../value.ts';
import { pad, padding, padWithSpaces, type Flags } from './flags.ts';
import { formatFloat as toDigits, type FloatSize, type FloatVerb } from './float.ts';

/** For each verb: how the number is written, and how many digits it has where no precision is given (-1: as many as it needs). */
const verbs: ReadonlyMap<string, readonly [FloatVerb, number]> = new Map([
  ['v', ['g', -1]],
  ['b', ['b', -1]],
  ['g', ['g', -1]],
  ['G', ['G', -1]],
  ['x', ['x', -1]],
  ['X', ['X', -1]],
  ['f', ['f', 6]],
  ['F', ['f', 6]],
  ['e', ['e', 6]],
  ['E', ['E', 6]],
]);

const exponentStart = (number: string, verb: FloatVerb): number => {
  const hexadecimal = verb === 'x' || verb === 'X';
  return number.search(hexadecimal ? /p/i : /[ep]/i);
};

const countedDigits = (number: string): number => {
  const digits = number.replace('.', '');
  return /^0*$/.test(digits)
    ? Number(digits === '0' && !number.includes('.'))
    : digits.replace(/^0+/, '').length;
};

/** `#` keeps the decimal point, and with `%g` the zeros at the end. */
const withAllDigits = (number: string, verb: FloatVerb, precision: number): string => {
  const end = exponentStart(number, verb);
  const main = end < 0 ? number : number.slice(0, end);
  const tail = end < 0 ? '' : number.slice(end);
  const keepsZeros = verb === 'g' || verb === 'G' || verb === 'x';
  const wanted = precision < 0 ? 6 : precision;
  const missing = keepsZeros ? Math.max(wanted - countedDigits(main), 0) : 0;
  const point = main.includes('.') ? '' : '.';
  return `${main}${point}${'0'.repeat(missing)}${tail}`;
};

const signOf = (negative: boolean, flags: Flags): string => {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
};

const special = (number: string, flags: Flags): ByteString => {
  if (number === 'NaN') return padWithSpaces(signOf(false, flags) + number, flags);
  /** Infinity shows its plus even unasked. */
  const plus = flags.space && !flags.plus ? ' ' : '+';
  const sign = number.startsWith('-') ? '-' : plus;
  return padWithSpaces(sign + number.slice(1), flags);
};

const zeroPadded = (sign: string, digits: string, flags: Flags): ByteString | undefined => {
  const width = flags.width ?? 0;
  const room = width - sign.length - digits.length;
  const applies = flags.zero && !flags.minus && room > 0 && sign !== '';
  return applies ? sign + padding(room, flags) + digits : undefined;
};

/** A float as a verb prints it; nothing for a verb that is not for floats. */
export const formatNumber = (
  value: number,
  size: FloatSize,
  verb: string,
  flags: Flags,
): ByteString | undefined => {
  const how = verbs.get(verb);
  if (how === undefined) return undefined;
  const [letter, digits] = how;
  const precision = flags.precision ?? digits;
  const number = toDigits(value, letter, precision, size);
  if (!Number.isFinite(value)) return special(number, flags);
  const negative = number.startsWith('-');
  const plain = negative ? number.slice(1) : number;
  const shown = flags.sharp && letter !== 'b' ? withAllDigits(plain, letter, precision) : plain;
  const sign = signOf(negative, flags);
  return zeroPadded(sign, shown, flags) ?? pad(sign + shown, flags);
};
