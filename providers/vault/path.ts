import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import {
  behindMount,
  isFullPath,
  pathSegments,
  wordedMount,
  wordedPath,
  type WordedPath,
} from '../../lib/vault-path.ts';
import { isBuiltIn, mountOf, type Mount, type MountTable } from './mount-table.ts';

/** What decides where a key is; the rules are docs/adr/0004-vault-paths.md. */
export interface PathRules {
  /** The store's `path`, without slashes at its ends; empty: keys are full paths. */
  readonly storePath: string;
  /** The store's `version`, for mounts that the table does not show. */
  readonly kvVersion: 'v1' | 'v2';
  readonly mounts: MountTable;
  /** Whether the ref has parameters, which key-value engines do not take. Default: it has none. */
  readonly hasParameters?: boolean;
  /** Whether no mount makes a full path of a key that is none by its words. Default: an engine at its head does. */
  readonly byWords?: boolean | undefined;
}

/** A secret of a key-value engine. */
export interface SecretPath {
  readonly kind: 'secret';
  readonly mount: readonly string[];
  readonly kvVersion: 1 | 2;
  /** Below the mount, never empty. */
  readonly secret: readonly string[];
  /** False where the store's word stands for the mount table's. */
  readonly seen: boolean;
}

/** A path that is used as it is written: in an engine that is not key-value, or below a mount of which nothing is known. */
export interface EnginePath {
  readonly kind: 'engine';
  /** Where the mount is not seen: the first segment. */
  readonly mount: readonly string[];
  /** The engine's type; undefined: the token cannot see the mount. */
  readonly type: string | undefined;
  /** Below the mount, never empty. */
  readonly below: readonly string[];
  /** The engine made this a full path although the store has a `path`: worth a warning. */
  readonly takenAsFull: boolean;
}

/** A path from the root of the Vault namespace on, before the mount that it is in is known. */
export interface FullPath extends WordedPath {
  readonly takenAsFull: boolean;
}

const unknownType = '';

export const showPath = (segments: readonly string[]): string => segments.join('/');
export const showMount = (mount: readonly string[]): string => `${showPath(mount)}/`;

const isBadSegment = (segment: string): boolean => segment === '' || segment === '.' || segment === '..';

/** The segments of a key, without the leading slash of a full path. Empty ones, `.` and `..` are `invalid`. */
export const keySegments = (key: string): Result<readonly string[], ProviderError> => {
  const segments = (key.startsWith('/') ? key.slice(1) : key).split('/');
  const bad = segments.find(isBadSegment);
  if (bad === undefined) return ok(segments);
  const what = bad === '' ? 'an empty segment' : `the segment "${bad}"`;
  return err(providerError('invalid', `the key ${quoted(key)} has ${what}`));
};

export const full = (segments: readonly string[], over: Partial<FullPath> = {}): FullPath => ({
  segments,
  forced: false,
  apiSegments: segments.length,
  takenAsFull: false,
  ...over,
});

/** Whether a non-KV engine is at the head of a key that would otherwise be below the store's path. */
const beginsWithEngine = (segments: readonly string[], mounts: MountTable): boolean => {
  const mount = mountOf(mounts, segments);
  return mount !== undefined && mount.kvVersion === undefined && !isBuiltIn(mount.type);
};

/** Where a key is by its leading slash, by the store's path, or by an engine at its head. */
export const fullPath = (
  key: string,
  segments: readonly string[],
  { storePath, mounts, byWords = false }: PathRules,
): FullPath => {
  const base = pathSegments(storePath);
  const takenAsFull = !byWords && !isFullPath(key, segments, base) && beginsWithEngine(segments, mounts);
  return takenAsFull ? full(segments, { takenAsFull }) : { ...wordedPath(key, segments, base), takenAsFull };
};

/**
 * What the store's word makes of a mount that the table does not show. It speaks of the store's own `path`; a full path
 * elsewhere is of KV version 2 where it has that API's `data` (the mount is what stands before), and in a store without a
 * `path`, whose `version` can mean nothing else. What is left has a leading `/` or parameters, and is used as it is written.
 */
const unseenMount = (
  { segments, forced }: FullPath,
  { storePath, kvVersion, hasParameters = false }: PathRules,
): Mount => {
  const kv = { type: 'kv', kvVersion: kvVersion === 'v2' ? 2 : 1 } as const;
  const { path, said } = wordedMount(segments, { base: pathSegments(storePath), kvVersion });
  return !said && (forced || hasParameters) ? { path, type: unknownType } : { path, ...kv };
};

/** What a path names below its mount: for KV v2 without the `data` of the API, where that is what the path has. */
const belowMount = (path: FullPath, { path: mount, kvVersion }: Mount): readonly string[] =>
  path.segments.slice(kvVersion === 2 ? behindMount(path, mount) : mount.length);

const inEngine = ({ path: mount, type }: Mount, { segments, takenAsFull }: FullPath): EnginePath => ({
  kind: 'engine',
  mount,
  type: type === unknownType ? undefined : type,
  below: segments.slice(mount.length),
  takenAsFull,
});

/** Decides where a key is read. Everything it refuses is `invalid`. */
export const resolveKey = (key: string, rules: PathRules): Result<SecretPath | EnginePath, ProviderError> => {
  const segments = keySegments(key);
  if (!segments.ok) return segments;
  const path = fullPath(key, segments.value, rules);
  const seen = mountOf(rules.mounts, path.segments);
  const mount = seen ?? unseenMount(path, rules);
  if (mount.path.length === path.segments.length)
    return err(
      providerError(
        'invalid',
        `the key ${quoted(key)} names the mount ${showMount(mount.path)}, not a secret in it`,
      ),
    );
  const { path: mountPath, kvVersion } = mount;
  if (kvVersion === undefined) return ok(inEngine(mount, path));
  const secret = belowMount(path, mount);
  return ok({ kind: 'secret', mount: mountPath, kvVersion, secret, seen: seen !== undefined });
};

/** The path that is asked, as a policy has to name it. */
export const apiPath = (path: SecretPath | EnginePath): readonly string[] => {
  const { mount } = path;
  if (path.kind === 'engine') return [...mount, ...path.below];
  return path.kvVersion === 2 ? [...mount, 'data', ...path.secret] : [...mount, ...path.secret];
};

/**
 * Encodes segments one by one, so that none can end the path, add to it or climb out of it. Undefined where one would: an
 * empty one, `.`, `..`, or text that is no Unicode.
 */
export const encodePath = (segments: readonly string[]): string | undefined => {
  if (segments.some(isBadSegment)) return undefined;
  try {
    return segments.map(encodeURIComponent).join('/');
  } catch {
    return undefined;
  }
};
