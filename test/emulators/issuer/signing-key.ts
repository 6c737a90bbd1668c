import { createHash, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

const generate = promisify(generateKeyPair);

/** RSA signs with RS256, as most clusters do; EC signs with ES256 and is far quicker to make. */
export type KeyType = 'rsa' | 'ec';

/** A private key with what a JWT header and a key set say about it. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly algorithm: 'RS256' | 'ES256';
  readonly keyId: string;
  readonly publicJwk: JWK;
}

/**
 * Makes a key. Its id is the SHA-256 of the public key's DER form, as kube-apiserver's
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/serviceaccount/jwt.go, `keyIDFromPublicKey`).
 */
export async function makeSigningKey(type: KeyType): Promise<SigningKey> {
  const { privateKey } =
    type === 'rsa'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' });
  const algorithm = type === 'rsa' ? 'RS256' : 'ES256';
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: keyId, alg: algorithm } as JWK;
  return { privateKey, algorithm, keyId, publicJwk };
}
