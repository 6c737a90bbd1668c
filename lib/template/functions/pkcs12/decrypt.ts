import { createDecipheriv } from 'node:crypto';
import { type CallContext, FunctionError } from '../../value.ts';
import { type Der, octetsOf, oidOf, sequenceOf, smallIntegerOf } from '../der/read.ts';
import { deriveKey, purposes, spendIterations } from './derive.ts';
import { oids } from './oids.ts';
import type { Password } from './password.ts';
import { derivePbkdf2, readPbkdf2 } from './pbkdf2.ts';
import { decryptRc2 } from './rc2.ts';

interface Cipher {
  readonly blockSize: number;
  readonly decrypt: (encrypted: Buffer) => Buffer;
}

const nodeCipher = (name: string, key: Buffer, vector: Buffer): Cipher => ({
  blockSize: vector.length,
  decrypt: (encrypted) => {
    const decipher = createDecipheriv(name, key, vector);
    decipher.setAutoPadding(false);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  },
});

const aes = new Map<string, readonly [name: string, keySize: number]>([
  [oids.aes128, ['aes-128-cbc', 16]],
  [oids.aes192, ['aes-192-cbc', 24]],
  [oids.aes256, ['aes-256-cbc', 32]],
]);

/** PBES2 (RFC 8018, section 6.2) with PBKDF2 and AES. */
const pbes2Cipher = (parameters: Der | undefined, password: Password, context: CallContext): Cipher => {
  const [kdf, scheme] = sequenceOf(parameters);
  const [oid, vector] = sequenceOf(scheme);
  const [name, keySize] = aes.get(oidOf(oid)) ?? [];
  if (name === undefined || keySize === undefined) {
    throw new FunctionError('pkcs12: pbes2 algorithm is not supported');
  }
  const iv = octetsOf(vector);
  if (iv.length !== 16) throw new FunctionError('pkcs12: invalid IV length in PBES2 encryption scheme');
  return nodeCipher(name, derivePbkdf2(readPbkdf2(kdf), password.utf8, keySize, context), iv);
};

const oldKeySizes = new Map<string, number>([
  [oids.shaAnd3Des, 24],
  [oids.shaAnd128BitRc2, 16],
  [oids.shaAnd40BitRc2, 5],
]);

/** The ciphers of PKCS#12 itself (RFC 7292, appendix C). */
const oldCipher = (
  oid: string,
  parameters: Der | undefined,
  password: Password,
  context: CallContext,
): Cipher => {
  const keySize = oldKeySizes.get(oid);
  if (keySize === undefined) throw new FunctionError(`pkcs12: pbe algorithm ${oid} is not supported`);
  const [salt, count] = sequenceOf(parameters);
  const derivation = { hash: 'sha1', salt: octetsOf(salt), iterations: smallIntegerOf(count) } as const;
  spendIterations(derivation.iterations * 2, context);
  const key = deriveKey(derivation, password.wide, purposes.key, keySize);
  const vector = deriveKey(derivation, password.wide, purposes.vector, 8);
  if (oid === oids.shaAnd3Des) return nodeCipher('des-ede3-cbc', key, vector);
  return { blockSize: 8, decrypt: (encrypted) => decryptRc2(key, vector, encrypted) };
};

const unpad = (bytes: Buffer, blockSize: number): Buffer => {
  const count = bytes.at(-1) ?? 0;
  const isPadding = count > 0 && count <= blockSize && bytes.subarray(-count).every((byte) => byte === count);
  if (!isPadding) throw new FunctionError('pkcs12: decryption error, incorrect padding');
  return bytes.subarray(0, bytes.length - count);
};

/** Decrypts by an algorithm identifier. */
export const decrypt = (
  algorithm: Der | undefined,
  encrypted: Buffer,
  password: Password,
  context: CallContext,
): Buffer => {
  const [oidValue, parameters] = sequenceOf(algorithm);
  const oid = oidOf(oidValue);
  const cipher =
    oid === oids.pbes2
      ? pbes2Cipher(parameters, password, context)
      : oldCipher(oid, parameters, password, context);
  if (encrypted.length === 0) throw new FunctionError('pkcs12: empty encrypted data');
  if (encrypted.length % cipher.blockSize !== 0) {
    throw new FunctionError('pkcs12: input is not a multiple of the block size');
  }
  return unpad(cipher.decrypt(encrypted), cipher.blockSize);
};
