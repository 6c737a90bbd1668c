import { decodeRune, encodeRune, isInvalid, maxRune } from '../runes.ts';
import type { ByteString } from '../value.ts';

/** What one character of a quoted constant stands for. */
export interface Unquoted {
  readonly bytes: ByteString;
  readonly code: number;
  /** Where the next character starts. */
  readonly end: number;
}

const simple: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 0x5c],
]);

const hexLengths: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

const byte = (code: number, end: number): Unquoted => ({ bytes: String.fromCharCode(code), code, end });

const isScalar = (code: number): boolean => code <= maxRune && !(code >= 0xd800 && code <= 0xdfff);

const hexEscape = (text: ByteString, at: number, length: number): Unquoted | undefined => {
  const digits = text.slice(at, at + length);
  if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  if (length === 2) return byte(code, at + length);
  return isScalar(code) ? { bytes: encodeRune(code), code, end: at + length } : undefined;
};

const octalEscape = (text: ByteString, at: number): Unquoted | undefined => {
  const digits = text.slice(at, at + 3);
  const code = /^[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : 256;
  return code > 255 ? undefined : byte(code, at + 3);
};

const escape = (text: ByteString, at: number, mark: string): Unquoted | undefined => {
  const letter = text.charAt(at);
  const code = simple.get(letter);
  if (code !== undefined) return byte(code, at + 1);
  const length = hexLengths.get(letter);
  if (length !== undefined) return hexEscape(text, at + 1, length);
  if (letter >= '0' && letter <= '7') return octalEscape(text, at);
  return letter === mark && letter !== '' ? byte(letter.charCodeAt(0), at + 1) : undefined;
};

/** The character that starts at `at` of a constant between `mark`s; nothing where it is malformed. */
export const unquoteCharacter = (text: ByteString, at: number, mark: string): Unquoted | undefined => {
  const first = text.charAt(at);
  if (first === '' || first === mark) return undefined;
  if (first === '\\') return escape(text, at + 1, mark);
  const rune = decodeRune(text, at);
  const end = at + rune.size;
  return { bytes: isInvalid(rune) ? encodeRune(rune.code) : text.slice(at, end), code: rune.code, end };
};

const unquoteInterpreted = (text: ByteString): ByteString | undefined => {
  let value = '';
  let at = 1;
  while (text.charAt(at) !== '"') {
    const character = unquoteCharacter(text, at, '"');
    if (character === undefined) return undefined;
    value += character.bytes;
    at = character.end;
  }
  return at === text.length - 1 ? value : undefined;
};

/** What a string constant (with its quotes) stands for; nothing where it is malformed. */
export const unquote = (text: ByteString): ByteString | undefined =>
  text.startsWith('`') ? text.slice(1, -1).replaceAll('\r', '') : unquoteInterpreted(text);
