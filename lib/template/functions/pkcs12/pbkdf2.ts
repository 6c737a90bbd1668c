import { pbkdf2Sync } from 'node:crypto';
import { type CallContext, FunctionError } from '../../value.ts';
import {
  childrenOf,
  type Der,
  expectDer,
  octetsOf,
  oidOf,
  sequenceOf,
  smallIntegerOf,
  tags,
} from '../der/read.ts';
import { type Hash, spendIterations } from './derive.ts';
import { oids } from './oids.ts';

const hashes = new Map<string, Hash>([
  [oids.hmacSha1, 'sha1'],
  [oids.hmacSha256, 'sha256'],
  [oids.hmacSha512, 'sha512'],
]);

/** The hash of an HMAC. */
export const hmacHash = (algorithm: Der | undefined): Hash => {
  const [oid] = sequenceOf(algorithm);
  const hash = hashes.get(oidOf(oid));
  if (hash === undefined) throw new FunctionError('pkcs12: pseudorandom function is not supported');
  return hash;
};

export interface Pbkdf2 {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly keyLength: number | undefined;
  readonly hash: Hash;
}

/** Reads the parameters of PBKDF2 (RFC 8018, appendix A.2); SHA-1 where they name no function. */
export const readPbkdf2 = (algorithm: Der | undefined): Pbkdf2 => {
  const [oid, parameters] = sequenceOf(algorithm);
  if (oidOf(oid) !== oids.pbkdf2) throw new FunctionError('pkcs12: pbes2 kdf algorithm is not supported');
  const [salt, iterations, ...rest] = childrenOf(expectDer(parameters, tags.sequence));
  const keyLength = rest.find(({ tag }) => tag === tags.integer);
  const prf = rest.find(({ tag }) => tag === tags.sequence);
  return {
    salt: octetsOf(salt),
    iterations: smallIntegerOf(iterations),
    keyLength: keyLength === undefined ? undefined : smallIntegerOf(keyLength),
    hash: prf === undefined ? 'sha1' : hmacHash(prf),
  };
};

export const derivePbkdf2 = (
  { salt, iterations, hash }: Pbkdf2,
  password: Buffer,
  size: number,
  context: CallContext,
): Buffer => {
  spendIterations(iterations, context);
  return pbkdf2Sync(password, salt, iterations, size, hash);
};
