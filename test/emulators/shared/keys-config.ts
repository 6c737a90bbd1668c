import { readFileSync } from 'node:fs';
import { RemoteKeySource } from './keys.ts';
import type { JSONWebKeySet } from 'jose';
import type { KeySource, RemoteKeys } from './keys.ts';

/** Where the keys that sign ServiceAccount tokens come from: a file with a key set, or a URL. */
export type KeysConfig = { readonly file: string } | RemoteKeys;

/** A file is read at each use, since an issuer that rotates its keys writes it anew. */
export function keysOf(keys: KeysConfig | undefined): KeySource | RemoteKeySource | undefined {
  if (keys === undefined) return undefined;
  if ('url' in keys) return new RemoteKeySource(keys);
  return () => JSON.parse(readFileSync(keys.file, 'utf8')) as JSONWebKeySet;
}
