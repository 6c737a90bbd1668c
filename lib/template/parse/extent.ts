import { decodeRune, isDigit, isLetter } from '../runes.ts';
import type { ByteString } from '../value.ts';

/** How far what stands at a place of a template reaches. Places are counted in bytes; an end is the place behind it. */

const spaces = new Set([' ', '\t', '\r', '\n']);
const rightDelimiter = '}}';

export const isAlphanumeric = (code: number): boolean => code === 0x5f || isLetter(code) || isDigit(code);

export const isSpaceAt = (source: ByteString, at: number): boolean => spaces.has(source.charAt(at));

/** Where the space before `end` starts. */
export const spaceStart = (source: ByteString, start: number, end: number): number => {
  let at = end;
  while (at > start && isSpaceAt(source, at - 1)) at--;
  return at;
};

export const spaceEnd = (source: ByteString, start: number): number => {
  let at = start;
  while (isSpaceAt(source, at)) at++;
  return at;
};

/** A right delimiter, with or without the marker that trims what comes after it. */
export const rightDelimiterAt = (
  source: ByteString,
  at: number,
): { start: number; end: number; trims: boolean } | undefined => {
  const trims = isSpaceAt(source, at) && source[at + 1] === '-';
  const start = trims ? at + 2 : at;
  if (trims && source.startsWith(rightDelimiter, start)) return { start, end: start + 2, trims };
  return source.startsWith(rightDelimiter, at) ? { start: at, end: at + 2, trims: false } : undefined;
};

export const alphanumericEnd = (source: ByteString, start: number): number => {
  let at = start;
  while (at < source.length) {
    const { code, size } = decodeRune(source, at);
    if (!isAlphanumeric(code)) break;
    at += size;
  }
  return at;
};

/** Whether a word may end here. */
export const endsWord = (source: ByteString, at: number): boolean => {
  const next = source.charAt(at);
  return next === '' || ' \t\r\n.,|:)('.includes(next) || source.startsWith(rightDelimiter, at);
};

/** The end of what `mark` opens at `start` and closes in the same line; undefined: nothing closes it. */
export const quotedEnd = (source: ByteString, start: number, mark: string): number | undefined => {
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    if (source[at] === mark) return at + 1;
    if (source[at] === '\\') at++;
    if (source[at] === '\n') break;
  }
  return undefined;
};

/** What looks like a number, with the first character that spoils it. */
export const scanNumber = (
  source: ByteString,
  start: number,
): { readonly end: number; readonly good: boolean } => {
  const pattern =
    /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/y;
  pattern.lastIndex = start;
  const end = start + (pattern.exec(source)?.[0].length ?? 0);
  if (end >= source.length) return { end, good: true };
  const { code, size } = decodeRune(source, end);
  return isAlphanumeric(code) ? { end: end + size, good: false } : { end, good: true };
};
