import { providerError, type ProviderError } from './provider-error.ts';
import type { Decoding } from './ref.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Decodes strictly, where Node's own decoder skips what it does not know. Line breaks are allowed as in RFC 2045 (`base64`
 * wraps its output); undefined for any other foreign character or a wrong length.
 */
const decodeStrictly = (
  bytes: Buffer,
  alphabet: 'base64' | 'base64url',
  padding: 'needed' | 'optional',
): Buffer | undefined => {
  const text = bytes.toString('latin1').replaceAll(/[\r\n]/g, '');
  const legal = alphabet === 'base64' ? /^[A-Za-z0-9+/]*={0,2}$/ : /^[A-Za-z0-9_-]*={0,2}$/;
  const bare = padding === 'optional' && !text.includes('=');
  const wholeLength = bare ? text.length % 4 !== 1 : text.length % 4 === 0;
  return legal.test(text) && wholeLength ? Buffer.from(text, alphabet) : undefined;
};

/**
 * `auto` as External Secrets Operator users know it: base64, else base64url, both with padding, else the bytes as they are.
 * Unpadded text is left alone there, since most passwords would pass for it.
 */
const decodeAutomatically = (bytes: Buffer): Buffer =>
  decodeStrictly(bytes, 'base64', 'needed') ?? decodeStrictly(bytes, 'base64url', 'needed') ?? bytes;

/** Applies a ref's `decode`. The error says what the value is not, never what it is. */
export const decodeValue = (bytes: Buffer, decoding: Decoding | undefined): Result<Buffer, ProviderError> => {
  if (decoding === undefined) return ok(bytes);
  if (decoding === 'auto') return ok(decodeAutomatically(bytes));
  const decoded = decodeStrictly(bytes, decoding, decoding === 'base64' ? 'needed' : 'optional');
  return decoded === undefined ? err(providerError('invalid', `the value is not ${decoding}`)) : ok(decoded);
};
