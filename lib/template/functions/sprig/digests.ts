import { createHash } from 'node:crypto';

import { stringValue, type ByteString, type TemplateFunction } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { define } from './define.ts';

const digestFunction = (algorithm: 'sha1' | 'sha256' | 'sha512'): TemplateFunction =>
  define(`${algorithm}sum`, ['string'], ([text]) =>
    stringValue(createHash(algorithm).update(stringArgument(text), 'latin1').digest('hex')),
  );

const adlerModulus = 65521;

/** https://www.rfc-editor.org/rfc/rfc1950#section-8.2 */
const adler32 = (text: ByteString): number => {
  let [low, high] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    low = (low + text.charCodeAt(at)) % adlerModulus;
    high = (high + low) % adlerModulus;
  }
  return high * 0x10000 + low;
};

/** Digests of strings: hexadecimal, and decimal for Adler-32. */
export const digestFunctions: readonly TemplateFunction[] = [
  digestFunction('sha1'),
  digestFunction('sha256'),
  digestFunction('sha512'),
  define('adler32sum', ['string'], ([text]) => stringValue(String(adler32(stringArgument(text))))),
];
