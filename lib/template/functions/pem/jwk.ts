import { createPrivateKey, createPublicKey, type webcrypto } from 'node:crypto';
import { fromByteString } from '../../utf8.ts';
import { type ByteString, FunctionError } from '../../value.ts';
import { encodePem } from './pem.ts';

/** Unlike Go's messages this one does not quote the key. */
const invalid = (): never => {
  throw new FunctionError('failed to parse JWK');
};

const isObject = (value: unknown): value is webcrypto.JsonWebKey =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseJwk = (text: ByteString): webcrypto.JsonWebKey => {
  let value: unknown;
  try {
    value = JSON.parse(fromByteString(text));
  } catch {
    return invalid();
  }
  return isObject(value) && ['RSA', 'EC', 'OKP'].includes(value.kty ?? '') ? value : invalid();
};

/** What node:crypto does not take is no key. */
const read = <T>(make: () => T): T => {
  try {
    return make();
  } catch {
    return invalid();
  }
};

const isPrivate = (key: webcrypto.JsonWebKey): boolean => key.d !== undefined;

/** The public key of a JWK (RFC 7517) in PEM; a private key is refused, as in ESO. */
export const publicKeyPem = (text: ByteString): ByteString => {
  const jwk = parseJwk(text);
  if (isPrivate(jwk)) throw new FunctionError('x509: unsupported public key type: the JWK is a private key');
  const key = read(() => createPublicKey({ key: jwk, format: 'jwk' }));
  return encodePem('PUBLIC KEY', key.export({ format: 'der', type: 'spki' }));
};

/** The private key of a JWK in PEM (PKCS#8). */
export const privateKeyPem = (text: ByteString): ByteString => {
  const jwk = parseJwk(text);
  if (!isPrivate(jwk)) {
    throw new FunctionError('x509: unknown key type while marshaling PKCS#8: the JWK is a public key');
  }
  const key = read(() => createPrivateKey({ key: jwk, format: 'jwk' }));
  return encodePem('PRIVATE KEY', key.export({ format: 'der', type: 'pkcs8' }));
};
