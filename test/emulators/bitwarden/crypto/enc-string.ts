import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import type { Result } from '../../../../lib/result.ts';

/** A key of Bitwarden: 32 bytes that encrypt, then 32 bytes that authenticate. */
export const keyBytes = 64;

const algorithm = 'aes-256-cbc';
const halfOf = (key: Buffer, half: 0 | 1): Buffer => key.subarray(half * 32, half * 32 + 32);

const macOf = (key: Buffer, iv: Buffer, data: Buffer): Buffer =>
  createHmac('sha256', halfOf(key, 1)).update(iv).update(data).digest();

export const makeKey = (): Buffer => randomBytes(keyBytes);

/**
 * Encrypts a text as an encrypted string of type 2 (AES-CBC-256, then HMAC-SHA-256): `2.<iv>|<data>|<mac>`, each in base64.
 * https://bitwarden.com/help/bitwarden-security-white-paper/
 */
export function encrypt(key: Buffer, text: string, iv: Buffer = randomBytes(16)): string {
  const cipher = createCipheriv(algorithm, halfOf(key, 0), iv);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `2.${[iv, data, macOf(key, iv, data)].map((part) => part.toString('base64')).join('|')}`;
}

/** Reads an encrypted string of type 2; the error says why it is none, or that the key is another one. */
export function decrypt(key: Buffer, text: string): Result<string, string> {
  const parts = /^2\.([^|]+)\|([^|]+)\|([^|]+)$/.exec(text);
  if (parts === null) return err('not an encrypted string of type 2');
  const [iv, data, mac] = parts.slice(1).map((part) => Buffer.from(part, 'base64'));
  if (iv?.length !== 16 || data === undefined || mac?.length !== 32) return err('a part has a wrong length');
  if (!timingSafeEqual(mac, macOf(key, iv, data))) return err('the MAC is that of another key');
  const decipher = createDecipheriv(algorithm, halfOf(key, 0), iv);
  return ok(Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8'));
}
