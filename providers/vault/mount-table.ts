import { isJsonObject } from '../../lib/json.ts';
import { pathSegments } from '../../lib/vault-path.ts';
import { numberOf, type JsonObject } from './answer.ts';

/** A secrets engine and where it is mounted. */
export interface Mount {
  readonly path: readonly string[];
  readonly type: string;
  /** For a key-value engine. */
  readonly kvVersion?: 1 | 2;
}

/** The mounts that the token can see; empty where the table itself cannot be seen. */
export type MountTable = readonly Mount[];

/** `generic` is what key-value engines of version 1 were called before Vault 0.8. */
const kvTypes = new Set(['kv', 'generic']);

/** Mounted in every Vault, and visible by its default policy; nobody keeps an app's credentials there. */
const builtInTypes = new Set(['system', 'identity', 'cubbyhole', 'ns_system', 'ns_identity', 'ns_cubbyhole']);

export const isBuiltIn = (type: string): boolean => builtInTypes.has(type);

const isSecond = (options: unknown): boolean => {
  const version = isJsonObject(options) ? options['version'] : undefined;
  return version === '2' || numberOf(version) === 2;
};

const readMount = (path: string, description: unknown): Mount | undefined => {
  if (!isJsonObject(description) || typeof description['type'] !== 'string') return undefined;
  const { type, options } = description;
  const mount = { path: pathSegments(path), type };
  return kvTypes.has(type) ? { ...mount, kvVersion: isSecond(options) ? 2 : 1 } : mount;
};

/**
 * Reads `GET sys/internal/ui/mounts` (https://developer.hashicorp.com/vault/api-docs/system/internal-ui-mounts): the mounts
 * below which the token may do anything at all. Undefined where the answer is something else.
 */
export const parseMountTable = (body: JsonObject): MountTable | undefined => {
  const { data } = body;
  const secret = isJsonObject(data) ? data['secret'] : undefined;
  if (!isJsonObject(secret)) return undefined;
  return Object.entries(secret).flatMap(([path, description]) => readMount(path, description) ?? []);
};

export const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.length <= path.length && start.every((segment, index) => path[index] === segment);

/** The mount that a full path lies in or names: the longest that the path starts with. */
export const mountOf = (table: MountTable, path: readonly string[]): Mount | undefined =>
  table
    .filter((mount) => mount.path.length > 0 && startsWith(path, mount.path))
    .reduce<Mount | undefined>(
      (longest, mount) =>
        longest !== undefined && longest.path.length >= mount.path.length ? longest : mount,
      undefined,
    );
