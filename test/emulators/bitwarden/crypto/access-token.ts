import { createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import { isUuid } from '../organization/uuid.ts';
import { encrypt } from './enc-string.ts';
import type { Result } from '../../../../lib/result.ts';

/** The access token of a machine account: `0.<id>.<secret>:<seed in base64>`. */
export interface AccessToken {
  readonly id: string;
  /** What the server checks. */
  readonly secret: string;
  /** 16 bytes that the server never sees: the key of what it hands out encrypted is made of them. */
  readonly seed: Buffer;
}

const secretLetters = 30;

export function makeAccessToken(): AccessToken {
  const secret = randomBytes(secretLetters).toString('base64url').slice(0, secretLetters);
  return { id: randomUUID(), secret, seed: randomBytes(16) };
}

export const formatAccessToken = ({ id, secret, seed }: AccessToken): string =>
  `0.${id}.${secret}:${seed.toString('base64')}`;

/** Reads an access token; the error does not repeat it. */
export function parseAccessToken(text: string): Result<AccessToken, string> {
  const [, id = '', secret = '', seed = ''] =
    /^0\.([^.:]+)\.([^.:]+):([A-Za-z0-9+/]{22}(?:==)?)$/.exec(text) ?? [];
  if (!isUuid(id)) return err('an access token is 0.<UUID>.<secret>:<16 bytes in base64>');
  return ok({ id: id.toLowerCase(), secret, seed: Buffer.from(seed, 'base64') });
}

/** The key that a client makes of the seed: HKDF with SHA-256, a fixed salt and purpose. */
export const keyOfSeed = (seed: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', seed, 'bitwarden-accesstoken', 'sm-access-token', 64));

/** The organisation's key as a login hands it out: in JSON, encrypted for who has the seed. */
export const encryptedPayload = ({ seed }: AccessToken, organizationKey: Buffer): string =>
  encrypt(keyOfSeed(seed), JSON.stringify({ encryptionKey: organizationKey.toString('base64') }));

/** How the server keeps a client's secret. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
