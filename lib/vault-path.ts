import { keyFaults } from './ref.ts';

/**
 * What the words of a key and of a store's `path` say of where a secret is in Vault, before its mount table is seen
 * (docs/adr/0004-vault-paths.md).
 */

/** A path from the root of the Vault namespace on, before the mount that it is in is known. */
export interface WordedPath {
  readonly segments: readonly string[];
  /** The key says so itself, by a leading `/`. */
  readonly forced: boolean;
  /** A `data` before this index may be the one of KV v2's API; behind it, it is a folder's name. */
  readonly apiSegments: number;
}

/** `kv/` and `team/kv/` as segments. */
export const pathSegments = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '');

/** The segments of a key, without the leading slash of a full path; undefined where one is empty, `.` or `..`. */
export const wordedSegments = (key: string): readonly string[] | undefined =>
  keyFaults(key).length > 0 ? undefined : (key.startsWith('/') ? key.slice(1) : key).split('/');

const isBelow = (segments: readonly string[], start: readonly string[]): boolean =>
  segments.length > start.length && start.every((segment, index) => segments[index] === segment);

/** Whether a key is a full path in a store with this path, whatever is mounted. */
export const isFullPath = (key: string, segments: readonly string[], base: readonly string[]): boolean =>
  key.startsWith('/') || base.length === 0 || isBelow(segments, base);

/** Where a key is by its leading slash and by the store's path. */
export const wordedPath = (key: string, segments: readonly string[], base: readonly string[]): WordedPath =>
  isFullPath(key, segments, base)
    ? { segments, forced: key.startsWith('/'), apiSegments: segments.length }
    : { segments: [...base, ...segments], forced: false, apiSegments: base.length };

/** What the store's word makes of a mount that nobody has seen. */
export interface WordedMount {
  readonly path: readonly string[];
  /** False where it is no more than the first segment. */
  readonly said: boolean;
}

/**
 * The mount of a path as far as words tell: the store's own `path`, for what is below it; in a store of version 2 what stands before a `data`,
 * since no other API has that; else the first segment.
 */
export const wordedMount = (
  segments: readonly string[],
  { base, kvVersion }: { readonly base: readonly string[]; readonly kvVersion: 'v1' | 'v2' },
): WordedMount => {
  if (base.length > 0 && isBelow(segments, base)) return { path: base, said: true };
  const data = kvVersion === 'v2' ? segments.slice(0, -1).indexOf('data') : -1;
  return data > 0
    ? { path: segments.slice(0, data), said: true }
    : { path: segments.slice(0, 1), said: false };
};

/** The index of the `data` that KV v2's API has behind a mount, where a path has it there; else that of what stands behind the mount. */
export const behindMount = (
  { segments, apiSegments }: Pick<WordedPath, 'segments' | 'apiSegments'>,
  mount: readonly string[],
): number => {
  const start = mount.length;
  const isApiSegment = start < apiSegments && segments[start] === 'data' && segments.length > start + 1;
  return isApiSegment ? start + 1 : start;
};
