import { constants, type KeyObject, privateDecrypt } from 'node:crypto';
import { type ByteString, FunctionError } from '../../value.ts';
import { decodePem } from './pem.ts';
import { readAnyPrivateKey } from './private-key.ts';

/** What is no known name is SHA-256. */
const hashes = new Map([
  ['SHA1', 'sha1'],
  ['SHA512', 'sha512'],
]);

const readKey = (pem: ByteString): KeyObject => {
  const found = decodePem(pem);
  if (found === undefined) throw new FunctionError('failed to decode PEM block');
  const key = readAnyPrivateKey(found.block.bytes);
  if (key === undefined) {
    throw new FunctionError('could not parse private key: unable to parse private key type');
  }
  if (key.asymmetricKeyType !== 'rsa') throw new FunctionError('could not parse RSA private key');
  return key;
};

const decryptOaep = (key: KeyObject, oaepHash: string, bytes: ByteString): ByteString => {
  try {
    const options = { key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING };
    return privateDecrypt(options, Buffer.from(bytes, 'latin1')).toString('latin1');
  } catch {
    throw new FunctionError('error decrypting data with RSA: crypto/rsa: decryption error');
  }
};

/** ESO's `rsaDecrypt`: scheme `RSA-OAEP`, or `None`, which gives the input as it is. */
export const rsaDecrypt = (
  scheme: ByteString,
  hash: ByteString,
  { input, privateKey }: { readonly input: ByteString; readonly privateKey: ByteString },
): ByteString => {
  if (scheme === 'None') return input;
  // Go would quote the scheme.
  if (scheme !== 'RSA-OAEP') throw new FunctionError('decryption scheme is not supported');
  return decryptOaep(readKey(privateKey), hashes.get(hash) ?? 'sha256', input);
};
