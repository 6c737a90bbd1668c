import type { ByteString } from './value.ts';

/** One rune of a Go string, and how many bytes it takes. */
export interface Rune {
  readonly code: number;
  readonly size: number;
}

/** What Go gives for a byte that is no UTF-8. */
export const runeError = 0xfffd;
export const maxRune = 0x10ffff;

const invalid: Rune = { code: runeError, size: 1 };

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** Shortest length of UTF-8 for a code point. */
const runeLength = (code: number): number => {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
};

const sizeByLead = (lead: number): number => {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
};

const decodeLong = (text: ByteString, at: number, size: number): Rune => {
  if (size === 0 || at + size > text.length) return invalid;
  let code = text.charCodeAt(at) & (0xff >> (size + 1));
  for (let index = at + 1; index < at + size; index++) {
    const byte = text.charCodeAt(index);
    if ((byte & 0xc0) !== 0x80) return invalid;
    code = (code << 6) | (byte & 0x3f);
  }
  if (runeLength(code) !== size || isSurrogate(code) || code > maxRune) return invalid;
  return { code, size };
};

/** The rune that starts at `at`, which must be inside of `text`. A byte that starts none is U+FFFD of size 1. */
export const decodeRune = (text: ByteString, at: number): Rune => {
  const lead = text.charCodeAt(at);
  return lead < 0x80 ? { code: lead, size: 1 } : decodeLong(text, at, sizeByLead(lead));
};

/** Whether a rune is a byte that is no UTF-8 (and not a U+FFFD that is written out). */
export const isInvalid = ({ code, size }: Rune): boolean => code === runeError && size === 1;

/** The runes of a string, in order. */
export function* runesOf(text: ByteString): Generator<Rune> {
  for (let at = 0; at < text.length;) {
    const rune = decodeRune(text, at);
    yield rune;
    at += rune.size;
  }
}

const isAscii = (text: ByteString): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

/** How many runes a string has. */
export const runeCount = (text: ByteString): number => {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; count++) at += decodeRune(text, at).size;
  return count;
};

/** UTF-8 of a code point; what is none becomes U+FFFD. */
export const encodeRune = (code: number): ByteString => {
  if (code >= 0 && code < 0x80) return String.fromCharCode(code);
  const valid = code >= 0 && code <= maxRune && !isSurrogate(code);
  return Buffer.from(String.fromCodePoint(valid ? code : runeError), 'utf8').toString('latin1');
};

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const matches = (pattern: RegExp, code: number): boolean =>
  code >= 0 && code <= maxRune && pattern.test(String.fromCodePoint(code));

const isAsciiLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);

/** Go's `unicode.IsLetter`. */
export const isLetter = (code: number): boolean =>
  code < 0x80 ? isAsciiLetter(code) : matches(letter, code);

/** Go's `unicode.IsDigit`. */
export const isDigit = (code: number): boolean =>
  code < 0x80 ? code >= 0x30 && code <= 0x39 : matches(digit, code);

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the space of ASCII. */
export const isPrint = (code: number): boolean => (code < 0x7f ? code >= 0x20 : matches(printable, code));
