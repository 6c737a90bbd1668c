import { ByteBuilder } from './byte-builder.ts';
import { decodeRune, encodeRune, isInvalid, isPrint, maxRune, runeError, type Rune } from './runes.ts';
import type { ByteString } from './value.ts';

const escapes: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [12, '\\f'],
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [11, '\\v'],
  [0x5c, '\\\\'],
]);

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

const escaped = (code: number): string => {
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
};

interface QuoteStyle {
  readonly mark: string;
  readonly ascii: boolean;
}

const quotedCode = (code: number, style: QuoteStyle): ByteString => {
  if (code === style.mark.charCodeAt(0)) return `\\${style.mark}`;
  const short = escapes.get(code);
  if (short !== undefined) return short;
  if (isPrint(code) && (code < 0x80 || !style.ascii)) return encodeRune(code);
  return escaped(code);
};

const quotedRune = (text: ByteString, at: number, rune: Rune, style: QuoteStyle): ByteString =>
  isInvalid(rune) ? `\\x${hex(text.charCodeAt(at), 2)}` : quotedCode(rune.code, style);

const quoteWith = (text: ByteString, style: QuoteStyle): ByteString => {
  const quoted = new ByteBuilder();
  quoted.add(style.mark);
  for (let at = 0; at < text.length;) {
    const rune = decodeRune(text, at);
    quoted.add(quotedRune(text, at, rune, style));
    at += rune.size;
  }
  quoted.add(style.mark);
  return quoted.text();
};

/** Go's `strconv.Quote`, as `%q` prints. */
export const quote = (text: ByteString): ByteString => quoteWith(text, { mark: '"', ascii: false });

/** Go's `strconv.QuoteToASCII`, as `%+q` prints. */
export const quoteToAscii = (text: ByteString): ByteString => quoteWith(text, { mark: '"', ascii: true });

/** Go's `strconv.QuoteRune` (or `QuoteRuneToASCII`), as `%q` prints an integer. */
export const quoteRune = (code: number, ascii = false): ByteString => {
  const valid = code >= 0 && code <= maxRune && !(code >= 0xd800 && code <= 0xdfff);
  return `'${quotedCode(valid ? code : runeError, { mark: "'", ascii })}'`;
};

/** Whether a string can stand between backquotes unchanged, as `%#q` prints where it can. */
export const canBackquote = (text: ByteString): boolean => {
  for (let at = 0; at < text.length;) {
    const rune = decodeRune(text, at);
    at += rune.size;
    const control = rune.size === 1 && (rune.code < 0x20 || rune.code === 0x60 || rune.code === 0x7f);
    if (isInvalid(rune) || rune.code === 0xfeff || (control && rune.code !== 9)) return false;
  }
  return true;
};
