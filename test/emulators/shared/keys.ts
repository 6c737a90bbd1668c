import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { compactVerify, importJWK } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';

/** Public keys: a set, or something that gives the set of the moment, such as an issuer's `jwks`. */
export type KeySource = JSONWebKeySet | (() => JSONWebKeySet | Promise<JSONWebKeySet>);

/** Where a real cluster shows its keys, and what the request needs. */
export interface RemoteKeys {
  /** `https://kubernetes.default.svc/openid/v1/jwks` in a pod. */
  readonly url: string;
  /** A file with a bearer token, read at each fetch since it rotates. */
  readonly tokenFile?: string | undefined;
  /** A file with the certificates to trust. */
  readonly caFile?: string | undefined;
  /** The certificates themselves. */
  readonly caPem?: string | undefined;
}

const fetchTimeout = 10_000;

async function fetchText(remote: RemoteKeys): Promise<string> {
  const { url, tokenFile, caFile, caPem } = remote;
  const ca = caFile === undefined ? caPem : readFileSync(caFile, 'utf8');
  const headers = {
    accept: 'application/jwk-set+json, application/json',
    ...(tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }),
  };
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const options = { headers, timeout: fetchTimeout, ...(ca === undefined ? {} : { ca }) };
    const outgoing = send(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`get keys failed: status ${response.statusCode ?? 0}`));
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('get keys failed: timeout')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/**
 * Keys that are fetched over HTTP when they are first needed and again when a token carries a key id that is not among
 * them, as Vault's key sets do.
 */
export class RemoteKeySource {
  readonly #remote: RemoteKeys;
  #cached: JSONWebKeySet | undefined;

  constructor(remote: RemoteKeys) {
    this.#remote = remote;
  }

  async keysFor(token: string): Promise<JSONWebKeySet> {
    const id = headerOf(token).kid;
    if (this.#cached?.keys.some((key) => key.kid === id) !== true)
      this.#cached = JSON.parse(await fetchText(this.#remote)) as JSONWebKeySet;
    return this.#cached;
  }
}

function headerOf(token: string): { readonly kid?: unknown; readonly alg?: unknown } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object;
  } catch {
    return {};
  }
}

/** Keys from PEM texts, as an administrator hands them over. Throws on a text that is no public key. */
export const pemKeys = (pems: readonly string[]): JSONWebKeySet => ({
  keys: pems.map((pem) => createPublicKey(pem).export({ format: 'jwk' }) as JWK),
});

async function keysOf(source: KeySource | RemoteKeySource, token: string): Promise<JSONWebKeySet> {
  if (source instanceof RemoteKeySource) return await source.keysFor(token);
  return typeof source === 'function' ? await source() : source;
}

/** Whether one of the keys has signed the token. Rejects when remote keys cannot be had. */
export async function isSignedBy(source: KeySource | RemoteKeySource, token: string): Promise<boolean> {
  const { keys } = await keysOf(source, token);
  const { kid, alg } = headerOf(token);
  if (typeof alg !== 'string') return false;
  for (const key of keys) {
    // A key or a token without an id may be meant by any.
    if (kid !== undefined && key.kid !== undefined && kid !== key.kid) continue;
    try {
      await compactVerify(token, await importJWK(key, alg));
      return true;
    } catch {
      continue;
    }
  }
  return false;
}
