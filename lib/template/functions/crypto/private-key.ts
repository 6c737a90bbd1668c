import type { KeyObject } from 'node:crypto';
import { type ByteString, FunctionError } from '../../value.ts';
import { decodePem, encodePem } from '../pem/pem.ts';
import { type PrivateKeyForm, readPrivateKey } from '../pem/private-key.ts';

/** Writes a key in the form that sprig has for its kind. */
export const encodePrivateKey = (key: KeyObject): ByteString => {
  if (key.asymmetricKeyType === 'rsa') {
    return encodePem('RSA PRIVATE KEY', key.export({ format: 'der', type: 'pkcs1' }));
  }
  return key.asymmetricKeyType === 'ec'
    ? encodePem('EC PRIVATE KEY', key.export({ format: 'der', type: 'sec1' }))
    : encodePem('PRIVATE KEY', key.export({ format: 'der', type: 'pkcs8' }));
};

const forms = new Map<string, readonly [PrivateKeyForm, failure: string]>([
  ['PRIVATE KEY', ['pkcs8', 'decoding PEM as PKCS#8']],
  ['RSA PRIVATE KEY', ['pkcs1', 'parsing RSA private key from PEM']],
  ['EC PRIVATE KEY', ['sec1', 'parsing EC private key from PEM']],
]);

const failForType = (type: string): never => {
  // Go reads these, and then can neither sign nor be signed with them.
  if (type === 'DSA PRIVATE KEY')
    throw new FunctionError('x509: unsupported public key type: *dsa.PublicKey');
  throw new FunctionError(
    type.endsWith(' PRIVATE KEY') ? 'invalid private key type' : 'no private key data in PEM block',
  );
};

/** Reads a private key in PEM; its type says the form. */
export const parsePrivateKeyPem = (pem: ByteString): KeyObject => {
  const found = decodePem(pem);
  if (found === undefined) throw new FunctionError('no PEM data in input');
  const { type, bytes } = found.block;
  const [form, failure] = forms.get(type) ?? failForType(type);
  const key = readPrivateKey(bytes, form);
  if (key === undefined) throw new FunctionError(`${failure}: it is not in that form`);
  return key;
};
