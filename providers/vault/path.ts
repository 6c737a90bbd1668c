import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { isBuiltIn, mountOf, pathSegments, type Mount, type MountTable } from './mount-table.ts';

/** What decides where a key is; the rules are docs/adr/0004-vault-paths.md. */
export interface PathRules {
  /** The store's `path`, without slashes at its ends; empty: keys are full paths. */
  readonly storePath: string;
  /** The store's `version`, for mounts that the table does not show. */
  readonly kvVersion: 'v1' | 'v2';
  readonly mounts: MountTable;
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

/** A path of an engine that is not key-value. */
export interface EnginePath {
  readonly kind: 'engine';
  readonly mount: readonly string[];
  readonly type: string;
  /** The engine made this a full path although the store has a `path`: worth a warning. */
  readonly takenAsFull: boolean;
}

interface FullPath {
  readonly segments: readonly string[];
  /** A `data` before this index may be the one of KV v2's API; behind it, it is a folder's name. */
  readonly apiSegments: number;
  readonly takenAsFull: boolean;
}

export const showPath = (segments: readonly string[]): string => segments.join('/');
export const showMount = (mount: readonly string[]): string => `${showPath(mount)}/`;

const isBadSegment = (segment: string): boolean => segment === '' || segment === '.' || segment === '..';

const keySegments = (key: string): Result<readonly string[], ProviderError> => {
  const segments = (key.startsWith('/') ? key.slice(1) : key).split('/');
  const bad = segments.find(isBadSegment);
  if (bad === undefined) return ok(segments);
  const what = bad === '' ? 'an empty segment' : `the segment "${bad}"`;
  return err(providerError('invalid', `the key ${quoted(key)} has ${what}`));
};

const full = (segments: readonly string[], takenAsFull = false): FullPath => ({
  segments,
  apiSegments: segments.length,
  takenAsFull,
});

/** Whether a non-KV engine is at the head of a key that would otherwise be below the store's path. */
const beginsWithEngine = (segments: readonly string[], mounts: MountTable): boolean => {
  const mount = mountOf(mounts, segments);
  return mount !== undefined && mount.kvVersion === undefined && !isBuiltIn(mount.type);
};

const beginsWith = (segments: readonly string[], start: readonly string[]): boolean =>
  segments.length > start.length && start.every((segment, index) => segments[index] === segment);

const fullPath = (key: string, segments: readonly string[], { storePath, mounts }: PathRules): FullPath => {
  const base = pathSegments(storePath);
  if (key.startsWith('/') || base.length === 0 || beginsWith(segments, base)) return full(segments);
  if (beginsWithEngine(segments, mounts)) return full(segments, true);
  return { segments: [...base, ...segments], apiSegments: base.length, takenAsFull: false };
};

/** The mount as the store describes it: its `path`, else what stands before `data`, else the first segment. */
const unseenMount = ({ segments }: FullPath, { storePath, kvVersion }: PathRules): Mount => {
  const base = pathSegments(storePath);
  const data = kvVersion === 'v2' ? segments.slice(0, -1).indexOf('data') : -1;
  const path = base.length > 0 && beginsWith(segments, base) ? base : segments.slice(0, data > 0 ? data : 1);
  return { path, type: 'kv', kvVersion: kvVersion === 'v2' ? 2 : 1 };
};

/** What a path names below its mount: for KV v2 without the `data` of the API, where that is what the path has. */
const belowMount = ({ segments, apiSegments }: FullPath, { path, kvVersion }: Mount): readonly string[] => {
  const start = path.length;
  const isApiSegment =
    kvVersion === 2 && start < apiSegments && segments[start] === 'data' && segments.length > start + 1;
  return segments.slice(isApiSegment ? start + 1 : start);
};

/** Decides where a key is read. Everything it refuses is `invalid`. */
export const resolveKey = (key: string, rules: PathRules): Result<SecretPath | EnginePath, ProviderError> => {
  const segments = keySegments(key);
  if (!segments.ok) return segments;
  const path = fullPath(key, segments.value, rules);
  const seen = mountOf(rules.mounts, path.segments);
  const mount = seen ?? unseenMount(path, rules);
  const { path: mountPath, type, kvVersion } = mount;
  if (kvVersion === undefined)
    return ok({ kind: 'engine', mount: mountPath, type, takenAsFull: path.takenAsFull });
  const secret = belowMount(path, mount);
  if (secret.length > 0)
    return ok({ kind: 'secret', mount: mountPath, kvVersion, secret, seen: seen !== undefined });
  return err(
    providerError(
      'invalid',
      `the key ${quoted(key)} names the mount ${showMount(mountPath)}, not a secret in it`,
    ),
  );
};

/** What a key in an engine that is not key-value gets. */
export const unsupportedEngine = ({ mount, type }: EnginePath): ProviderError =>
  providerError(
    'invalid',
    `mount ${showMount(mount)} is of type ${type}: ${isBuiltIn(type) ? "it keeps no secrets of an app's" : 'dynamic credentials are not supported yet'}`,
  );

/** The path that is read, as a policy has to name it. */
export const apiPath = ({ mount, kvVersion, secret }: SecretPath): readonly string[] =>
  kvVersion === 2 ? [...mount, 'data', ...secret] : [...mount, ...secret];

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
