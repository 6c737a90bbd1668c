import type { ByteString } from '../../value.ts';
import { err, ok, type Result } from '../../../result.ts';

const padding = '=';
const digit = /^[A-Za-z0-9+/]$/;
const lineBreaks: ReadonlySet<string> = new Set(['\r', '\n']);

/** Offset of the byte that Go's decoder names in its error. */
type CorruptAt = number;

const endOfLineBreaks = (text: ByteString, at: number): number => {
  let end = at;
  while (lineBreaks.has(text.charAt(end))) end++;
  return end;
};

/** Where padding that starts at `at`, behind `digits` digits, is wrong; undefined where it is right and ends the text. */
const paddingError = (text: ByteString, at: number, digits: number): CorruptAt | undefined => {
  if (digits < 2) return at;
  let next = at + 1;
  if (digits === 2) {
    next = endOfLineBreaks(text, next);
    if (next === text.length) return next;
    if (text.charAt(next) !== padding) return next - 1;
    next++;
  }
  next = endOfLineBreaks(text, next);
  return next < text.length ? next : undefined;
};

/** Where a text stops being base64, as Go's decoder finds it; undefined for one that is. */
const corruptByte = (text: ByteString): CorruptAt | undefined => {
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (digit.test(character)) inGroup = (inGroup + 1) % 4;
    else if (character === padding) return paddingError(text, at, inGroup);
    else if (!lineBreaks.has(character)) return at;
  }
  return inGroup === 0 ? undefined : text.length - inGroup;
};

export const encodeBase64 = (text: ByteString): ByteString => Buffer.from(text, 'latin1').toString('base64');

/** Decodes the standard alphabet with padding; line breaks count for nothing. */
export const decodeBase64 = (text: ByteString): Result<ByteString, CorruptAt> => {
  const at = corruptByte(text);
  return at === undefined ? ok(Buffer.from(text, 'base64').toString('latin1')) : err(at);
};
