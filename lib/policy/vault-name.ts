import type { VaultStore } from '../stores/vault.ts';
import { withoutTrailingSlashes } from '../text.ts';
import {
  behindMount,
  pathSegments,
  wordedMount,
  wordedPath,
  wordedSegments,
  type WordedPath,
} from '../vault-path.ts';

type Place = Pick<VaultStore, 'path' | 'kvVersion'>;

/** The path of a store may have the `data` of the API in it: then what stands before that is the mount. */
const storeMount = (path: string): readonly string[] => {
  const segments = pathSegments(path);
  const data = segments.indexOf('data');
  return data > 0 ? segments.slice(0, data) : segments;
};

/** A path without the `data` of KV v2's API, where words tell that it is the API's. */
const logicalPath = (
  path: Pick<WordedPath, 'segments' | 'apiSegments'>,
  { path: storePath, kvVersion }: Place,
): string => {
  if (kvVersion === 'v1') return path.segments.join('/');
  const mount = wordedMount(path.segments, { base: storeMount(storePath), kvVersion }).path;
  return [...mount, ...path.segments.slice(behindMount(path, mount))].join('/');
};

/** Where a key is, from its text alone. */
export const vaultName = (key: string, store: Place): string => {
  const segments = wordedSegments(key) ?? [];
  return logicalPath(wordedPath(key, segments, pathSegments(store.path)), store);
};

const startsWith = (segments: readonly string[], start: readonly string[]): boolean =>
  start.every((segment, index) => segments[index] === segment);

/** Where a found secret is: its name begins with the find's path as it is written, which is read as a key is. */
export const vaultFoundName = (
  name: string,
  findPath: string | undefined,
  store: Place,
): string | undefined => {
  const found = wordedSegments(name);
  if (found === undefined) return undefined;
  const base = pathSegments(store.path);
  if (findPath === undefined)
    return logicalPath({ segments: [...base, ...found], apiSegments: base.length }, store);
  const folder = withoutTrailingSlashes(findPath);
  const written = wordedSegments(folder);
  if (written === undefined || !startsWith(found, written)) return undefined;
  const { segments, apiSegments } = wordedPath(folder, written, base);
  return logicalPath({ segments: [...segments, ...found.slice(written.length)], apiSegments }, store);
};
