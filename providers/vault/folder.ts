import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted, withoutTrailingSlashes } from '../../lib/text.ts';
import { pathSegments } from '../../lib/vault-path.ts';
import { mountOf, startsWith, type Mount } from './mount-table.ts';
import {
  full,
  fullPath,
  keySegments,
  showMount,
  type FullPath,
  type PathRules,
  type SecretPath,
} from './path.ts';

/** A folder of a key-value engine: what a find looks below. */
export interface FolderPath extends Pick<SecretPath, 'mount' | 'kvVersion' | 'seen'> {
  /** Below the mount; empty: the mount itself. */
  readonly folder: readonly string[];
  /** What the names of found secrets begin with: the path of the find as it is written, but for slashes at its ends. */
  readonly written: readonly string[];
}

const invalid = (message: string): Result<never, ProviderError> => err(providerError('invalid', message));

/** Where a find looks: below its own path, which is a key's but for being a folder's, or else below the store's. */
const placeOf = (
  path: string | undefined,
  rules: PathRules,
): Result<{ readonly written: readonly string[]; readonly place: FullPath }, ProviderError> => {
  if (path === undefined) {
    const base = pathSegments(rules.storePath);
    return base.length === 0
      ? invalid('the store has no path, so find.path has to say which mount to look in')
      : ok({ written: [], place: full(base) });
  }
  const trimmed = withoutTrailingSlashes(path);
  if (trimmed === '') return invalid(`find.path ${quoted(path)} names no folder`);
  const written = keySegments(trimmed);
  return written.ok
    ? ok({ written: written.value, place: fullPath(trimmed, written.value, rules) })
    : invalid(written.error.message.replace(/^the key/u, 'find.path'));
};

/** The mount of a folder that the mount table does not show: the store's own path, what stands before `data`, or the first segment. */
const unseenMount = ({ segments }: FullPath, { storePath, kvVersion }: PathRules): Mount => {
  const kv = { type: 'kv', kvVersion: kvVersion === 'v2' ? 2 : 1 } as const;
  const base = pathSegments(storePath);
  if (base.length > 0 && startsWith(segments, base)) return { path: base, ...kv };
  const data = kvVersion === 'v2' ? segments.indexOf('data') : -1;
  return { path: segments.slice(0, data > 0 ? data : 1), ...kv };
};

/**
 * Decides which folder a find looks below. Its path is read as a key is (docs/adr/0004-vault-paths.md): below the store's, a full
 * path where it begins with the store's own or with a slash, and with or without the `data` of KV version 2's API.
 */
export const resolveFolder = (
  path: string | undefined,
  rules: PathRules,
): Result<FolderPath, ProviderError> => {
  const resolved = placeOf(path, rules);
  if (!resolved.ok) return resolved;
  const { written, place } = resolved.value;
  const { segments, apiSegments } = place;
  const seen = mountOf(rules.mounts, segments);
  const { path: mount, type, kvVersion } = seen ?? unseenMount(place, rules);
  if (kvVersion === undefined)
    return invalid(`a find looks in key-value engines, and mount ${showMount(mount)} is of type ${type}`);
  const start = mount.length;
  const isApiSegment = kvVersion === 2 && start < apiSegments && segments[start] === 'data';
  return ok({
    ...{ mount, kvVersion, written },
    folder: segments.slice(isApiSegment ? start + 1 : start),
    seen: seen !== undefined,
  });
};

/** The path of KV's API that lists a folder, as a policy has to name it but for the slash at its end. */
export const listPath = ({ mount, kvVersion, folder }: FolderPath): readonly string[] =>
  kvVersion === 2 ? [...mount, 'metadata', ...folder] : [...mount, ...folder];
