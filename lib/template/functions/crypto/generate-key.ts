import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ByteString, CallContext } from '../../value.ts';
import { cost } from '../cost.ts';
import { expectDer, octetsOf, readOnlyDer, sequenceOf, tags } from '../der/read.ts';
import { integer, sequence } from '../der/write.ts';
import { encodePem } from '../pem/pem.ts';
import { encodePrivateKey } from './private-key.ts';

export const generateRsa = (modulusLength: 2048 | 4096, context: CallContext): KeyObject => {
  context.spend(modulusLength === 4096 ? cost.rsa4096 : cost.rsa2048);
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
};

/** The number inside of the bits of a public key. */
const publicNumber = (key: KeyObject): Buffer => {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const bits = expectDer(sequenceOf(readOnlyDer(spki))[1], tags.bitString).content;
  return expectDer(readOnlyDer(bits.subarray(1)), tags.integer).bytes;
};

/** OpenSSL's old form of a DSA key: version, p, q, g, public and private value. */
const encodeDsa = (key: KeyObject): ByteString => {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const [, algorithm, privateValue] = sequenceOf(readOnlyDer(pkcs8));
  const parameters = sequenceOf(sequenceOf(algorithm)[1]).map(({ bytes }) => bytes);
  const parts = [integer(0), ...parameters, publicNumber(key), octetsOf(privateValue)];
  return encodePem('DSA PRIVATE KEY', sequence(...parts));
};

const generateDsa = (context: CallContext): ByteString => {
  context.spend(cost.dsa);
  const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 });
  return encodeDsa(privateKey);
};

const generateElliptic = (context: CallContext): KeyObject => {
  context.spend(cost.ellipticKey);
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
};

const generateEd25519 = (context: CallContext): KeyObject => {
  context.spend(cost.ellipticKey);
  return generateKeyPairSync('ed25519').privateKey;
};

/** sprig's `genPrivateKey`: RSA with 4096 bits where no kind is named; a text that says so for an unknown one. */
export const generatePrivateKey = (kind: ByteString, context: CallContext): ByteString => {
  switch (kind) {
    case '':
    case 'rsa':
      return encodePrivateKey(generateRsa(4096, context));
    case 'dsa':
      return generateDsa(context);
    case 'ecdsa':
      return encodePrivateKey(generateElliptic(context));
    case 'ed25519':
      return encodePrivateKey(generateEd25519(context));
    default:
      return `Unknown type ${kind}`;
  }
};
