import { decodeRune, runesOf, type Rune } from '../../runes.ts';
import type { ByteString } from '../../value.ts';
import { isSpace } from './letter-case.ts';

type Predicate = (code: number) => boolean;

const longestRune = 4;

/** The rune that ends at `end`; a byte that ends none is U+FFFD of size 1. */
const lastRune = (text: ByteString, end: number): Rune => {
  for (let size = Math.min(longestRune, end); size > 1; size--) {
    const rune = decodeRune(text, end - size);
    if (rune.size === size) return rune;
  }
  return decodeRune(text.slice(end - 1, end), 0);
};

const trimmed = (text: ByteString, isUnwanted: Predicate): ByteString => {
  let start = 0;
  while (start < text.length) {
    const { code, size } = decodeRune(text, start);
    if (!isUnwanted(code)) break;
    start += size;
  }
  let end = text.length;
  while (end > start) {
    const { code, size } = lastRune(text, end);
    if (!isUnwanted(code)) break;
    end -= size;
  }
  return text.slice(start, end);
};

/** Go's `strings.TrimSpace`. */
export const trimSpace = (text: ByteString): ByteString => trimmed(text, isSpace);

/** Go's `strings.Trim`: takes the runes of `set` away at both ends. */
export const trimCharacters = (text: ByteString, set: ByteString): ByteString => {
  const unwanted = new Set(Array.from(runesOf(set), ({ code }) => code));
  return trimmed(text, (code) => unwanted.has(code));
};
