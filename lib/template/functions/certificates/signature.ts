import { type KeyObject, sign } from 'node:crypto';
import { FunctionError } from '../../value.ts';
import { nothing, oid, sequence } from '../der/write.ts';

interface Signature {
  /** The algorithm's identifier in DER. */
  readonly algorithm: Buffer;
  readonly hash: string | null;
}

const curves = new Map<string, Signature>([
  ['secp224r1', { algorithm: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' }],
  ['prime256v1', { algorithm: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' }],
  ['secp384r1', { algorithm: sequence(oid('1.2.840.10045.4.3.3')), hash: 'sha384' }],
  ['secp521r1', { algorithm: sequence(oid('1.2.840.10045.4.3.4')), hash: 'sha512' }],
]);

const rsa: Signature = { algorithm: sequence(oid('1.2.840.113549.1.1.11'), nothing), hash: 'sha256' };
const ed25519: Signature = { algorithm: sequence(oid('1.3.101.112')), hash: null };

/** The algorithm that Go chooses for a key. */
export const signatureOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Signature => {
  if (asymmetricKeyType === 'rsa') return rsa;
  if (asymmetricKeyType === 'ed25519') return ed25519;
  const elliptic = curves.get(asymmetricKeyDetails?.namedCurve ?? '');
  if (elliptic === undefined) throw new FunctionError('x509: only RSA, ECDSA and Ed25519 keys supported');
  return elliptic;
};

export const signBytes = (key: KeyObject, bytes: Buffer): Buffer => sign(signatureOf(key).hash, bytes, key);
