import { ByteBuilder } from '../byte-builder.ts';
import { decodeRune, encodeRune, isPrint } from '../runes.ts';
import type { ByteString } from '../value.ts';

const htmlEscapes: ReadonlyMap<string, ByteString> = new Map([
  ['\0', encodeRune(0xfffd)],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** `html`. */
export const escapeHtml = (text: ByteString): ByteString =>
  text.replace(/[\0"'&<>]/g, (character) => htmlEscapes.get(character) ?? character);

const shortJs = new Set(['\\', "'", '"']);

const hexUpper = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

/** `js`. */
export const escapeJs = (text: ByteString): ByteString => {
  const escaped = new ByteBuilder();
  for (let at = 0; at < text.length;) {
    const { code, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    at += size;
    if (shortJs.has(bytes)) escaped.add(`\\${bytes}`);
    else if (code < 0x20 || '<>&='.includes(bytes)) escaped.add(`\\u${hexUpper(code)}`);
    else escaped.add(code < 0x80 || isPrint(code) ? bytes : `\\u${hexUpper(code)}`);
  }
  return escaped.text();
};

/** `urlquery`: all but letters, digits and `-_.~` as %XX, a space as `+`. */
export const escapeUrlQuery = (text: ByteString): ByteString =>
  text.replace(/[^A-Za-z0-9\-_.~]/g, (character) =>
    character === ' ' ? '+' : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
