import { createCipheriv } from 'node:crypto';
import type { CallContext } from '../../value.ts';
import { integer, nothing, octets, oid, sequence } from '../der/write.ts';
import { oids } from './oids.ts';
import type { Password } from './password.ts';
import { derivePbkdf2 } from './pbkdf2.ts';

/** What go-pkcs12's modern encoder takes, and OpenSSL 3. */
export const iterations = 2048;
export const saltSize = 16;
const vectorSize = 16;
const keySize = 32;

export interface Encrypted {
  /** The algorithm's identifier in DER. */
  readonly algorithm: Buffer;
  readonly bytes: Buffer;
}

/** Encrypts with PBES2: PBKDF2 with HMAC-SHA-256, AES-256 in CBC mode. */
export const encrypt = (plain: Buffer, password: Password, context: CallContext): Encrypted => {
  const salt = context.randomBytes(saltSize);
  const vector = context.randomBytes(vectorSize);
  const parameters = { salt, iterations, keyLength: undefined, hash: 'sha256' } as const;
  const key = derivePbkdf2(parameters, password.utf8, keySize, context);
  const cipher = createCipheriv('aes-256-cbc', key, vector);
  const prf = sequence(oid(oids.hmacSha256), nothing);
  const kdf = sequence(oid(oids.pbkdf2), sequence(octets(salt), integer(iterations), prf));
  const scheme = sequence(oid(oids.aes256), octets(vector));
  return {
    algorithm: sequence(oid(oids.pbes2), sequence(kdf, scheme)),
    bytes: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
};
