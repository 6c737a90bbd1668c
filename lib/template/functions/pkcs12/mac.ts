import { createHmac, timingSafeEqual } from 'node:crypto';
import { type CallContext, FunctionError } from '../../value.ts';
import { type Der, octetsOf, oidOf, sequenceOf, smallIntegerOf } from '../der/read.ts';
import { type Derivation, deriveKey, type Hash, purposes, spendIterations } from './derive.ts';
import { oids } from './oids.ts';
import { isEmpty, noPassword, type Password } from './password.ts';
import { derivePbkdf2, hmacHash, readPbkdf2 } from './pbkdf2.ts';

const hashes = new Map<string, Hash>([
  [oids.sha1, 'sha1'],
  [oids.sha256, 'sha256'],
  [oids.sha512, 'sha512'],
]);

const digestSizes: Readonly<Record<Hash, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** The MAC of PKCS#12 itself. */
export const computeMac = (
  derivation: Derivation,
  message: Buffer,
  password: Password,
  context: CallContext,
): Buffer => {
  spendIterations(derivation.iterations, context);
  const key = deriveKey(derivation, password.wide, purposes.mac, digestSizes[derivation.hash]);
  return createHmac(derivation.hash, key).update(message).digest();
};

/** Shorter keys could be guessed, longer ones are no HMAC's (RFC 9579, section 4). */
const isKeyLength = (length: number | undefined): length is number =>
  length !== undefined && length >= 20 && length <= 64;

/** PBMAC1 (RFC 9579), which newer programs can write. */
const computePbmac1 = (
  parameters: Der | undefined,
  message: Buffer,
  password: Password,
  context: CallContext,
): Buffer => {
  const [kdf, mac] = sequenceOf(parameters);
  const pbkdf2 = readPbkdf2(kdf);
  if (!isKeyLength(pbkdf2.keyLength)) throw new FunctionError('pkcs12: bad key length of PBMAC1');
  const key = derivePbkdf2(pbkdf2, password.utf8, pbkdf2.keyLength, context);
  return createHmac(hmacHash(mac), key).update(message).digest();
};

const expectedMac = (
  macData: readonly Der[],
  message: Buffer,
  password: Password,
  context: CallContext,
): Buffer => {
  const [digestInfo, salt, count] = macData;
  const [oidValue, parameters] = sequenceOf(sequenceOf(digestInfo)[0]);
  const oid = oidOf(oidValue);
  if (oid === oids.pbmac1) return computePbmac1(parameters, message, password, context);
  const hash = hashes.get(oid);
  if (hash === undefined) throw new FunctionError(`pkcs12: MAC digest algorithm not supported: ${oid}`);
  const iterations = count === undefined ? 1 : smallIntegerOf(count);
  return computeMac({ hash, salt: octetsOf(salt), iterations }, message, password, context);
};

/**
 * Checks the MAC of a file; returns the password in the form that it was made with, since an empty one has two. Throws
 * `FunctionError` for a wrong one.
 */
export const verifyMac = (
  macData: Der,
  message: Buffer,
  password: Password,
  context: CallContext,
): Password => {
  const parts = sequenceOf(macData);
  const digest = octetsOf(sequenceOf(parts[0])[1]);
  const candidates = isEmpty(password) ? [password, noPassword] : [password];
  const right = candidates.find((candidate) => {
    const expected = expectedMac(parts, message, candidate, context);
    return expected.length === digest.length && timingSafeEqual(expected, digest);
  });
  if (right === undefined) throw new FunctionError('pkcs12: decryption password incorrect');
  return right;
};
