import { encodeRune, isPrint, maxRune, runeError } from '../runes.ts';
import { quoteRune } from '../quote.ts';
import type { ByteString } from '../value.ts';
import { pad, padWithSpaces, type Flags } from './flags.ts';

const bases: ReadonlyMap<string, number> = new Map([
  ['v', 10],
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['O', 8],
  ['x', 16],
  ['X', 16],
]);

const prefix = (digits: string, verb: string, base: number, flags: Flags): string => {
  const octal = verb === 'O' ? '0o' : '';
  if (!flags.sharp) return octal;
  if (base === 2) return '0b';
  if (base === 8) return digits.startsWith('0') ? octal : `${octal}0`;
  return base === 16 ? `0${verb === 'X' ? 'X' : 'x'}` : octal;
};

const signOf = (negative: boolean, flags: Flags): string => {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
};

const leastDigits = (sign: string, flags: Flags): number => {
  if (flags.precision !== undefined) return flags.precision;
  return flags.zero && !flags.minus && flags.width !== undefined ? flags.width - sign.length : 0;
};

const inBase = (value: bigint, verb: string, base: number, flags: Flags): ByteString => {
  // A precision of zero prints nothing for zero.
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  const sign = signOf(value < 0n, flags);
  const plain = (value < 0n ? -value : value).toString(base);
  const digits = plain.padStart(leastDigits(sign, flags), '0');
  const shown = verb === 'X' ? digits.toUpperCase() : digits;
  return padWithSpaces(sign + prefix(digits, verb, base, flags) + shown, flags);
};

const asUnsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

const codeOf = (value: bigint): number => {
  const unsigned = asUnsigned(value);
  return unsigned > BigInt(maxRune) ? runeError : Number(unsigned);
};

/** `U+0041`, and with `#` the rune itself as well. */
const unicode = (value: bigint, flags: Flags): ByteString => {
  const unsigned = asUnsigned(value);
  const digits = Math.max(flags.precision ?? 4, 4);
  const text = `U+${unsigned.toString(16).toUpperCase().padStart(digits, '0')}`;
  const shown = flags.sharp && unsigned <= BigInt(maxRune) && isPrint(Number(unsigned));
  return padWithSpaces(shown ? `${text} '${encodeRune(Number(unsigned))}'` : text, flags);
};

/** Hexadecimal with `0x`, as `%#v` prints what has no sign. */
export const formatHex = (value: bigint, flags: Flags): ByteString =>
  inBase(value, 'x', 16, { ...flags, sharp: true });

/** An integer as a verb prints it; nothing for a verb that is not for integers. */
export const formatInteger = (
  value: bigint,
  signed: boolean,
  verb: string,
  flags: Flags,
): ByteString | undefined => {
  if (verb === 'v' && flags.sharpV && !signed) return formatHex(value, flags);
  const base = bases.get(verb);
  if (base !== undefined) return inBase(value, verb, base, flags);
  if (verb === 'c') return pad(encodeRune(codeOf(value)), flags);
  if (verb === 'q') return pad(quoteRune(codeOf(value), flags.plus), flags);
  return verb === 'U' ? unicode(value, flags) : undefined;
};
