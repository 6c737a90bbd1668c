import { isPrint, encodeRune } from '../../runes.ts';
import { stringValue, type ByteString, type TemplateFunction } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { define } from './define.ts';

const characterName = (code: number): ByteString => {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrint(code) ? `${name} '${encodeRune(code)}'` : name;
};

/** The bytes that hexadecimal digits stand for, or what Go says of the first thing that is wrong with them. */
const decodeHexadecimal = (text: ByteString): ByteString => {
  const wrong = text.search(/[^0-9a-fA-F]/);
  if (wrong >= 0) return `encoding/hex: invalid byte: ${characterName(text.charCodeAt(wrong))}`;
  if (text.length % 2 === 1) return 'encoding/hex: odd length hex string';
  return Buffer.from(text, 'hex').toString('latin1');
};

/** What going byte by byte costs for each. */
const codingCost = 2;

const encoding = (name: string, change: (text: ByteString) => ByteString): TemplateFunction =>
  define(name, ['string'], ([argument], { spend }) => {
    const text = stringArgument(argument);
    spend(text.length * codingCost);
    return stringValue(change(text));
  });

/** Functions of encodings. What cannot be decoded gives the text of Go's error in place of a value, as sprig does. */
export const encodingFunctions: readonly TemplateFunction[] = [
  encoding('b64enc', encodeBase64),
  encoding('b64dec', (text) => {
    const decoded = decodeBase64(text);
    return decoded.ok ? decoded.value : `illegal base64 data at input byte ${decoded.error}`;
  }),
  encoding('b32enc', encodeBase32),
  encoding('b32dec', (text) => {
    const decoded = decodeBase32(text);
    return decoded.ok ? decoded.value : `illegal base32 data at input byte ${decoded.error}`;
  }),
  encoding('hexdec', decodeHexadecimal),
];
