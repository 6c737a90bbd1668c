import type { PlanSource } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import { engineRequest, type EngineRequest } from './engine-request.ts';
import type { MountTable } from './mount-table.ts';
import { apiPath, encodePath, resolveKey, showMount, type EnginePath, type SecretPath } from './path.ts';

/** A secret of a key-value engine that is to be read. */
export interface KvTarget {
  readonly kind: 'secret';
  readonly path: SecretPath;
  /** Encoded, with its query. */
  readonly url: string;
  readonly version: string | undefined;
}

/** A path of another engine that is to be asked. */
export interface EngineTarget {
  readonly kind: 'engine';
  readonly request: EngineRequest;
  /** Encoded. */
  readonly url: string;
}

export type Target = (KvTarget | EngineTarget) & {
  /** Tells requests apart. */
  readonly id: string;
  /** The engine that made a key a full path, which is worth a warning. */
  readonly takenAsFull?: EnginePath;
};

/** Where a store's keys are, and whether their words alone say so (`PathRules`). */
export interface StorePlace extends Pick<VaultConnection, 'path' | 'kvVersion'> {
  readonly byWords?: boolean;
}

const invalid = (message: string): { readonly ok: false; readonly error: ProviderError } =>
  err(providerError('invalid', message));

const versionQuery = (
  version: string | undefined,
  { kvVersion, mount }: SecretPath,
): Result<string, ProviderError> => {
  if (version === undefined) return ok('');
  if (kvVersion === 1)
    return invalid(
      `${showMount(mount)} is KV version 1, which keeps no versions; the ref asks for version ${quoted(version)}`,
    );
  return /^[1-9][0-9]{0,8}$/.test(version)
    ? ok(`?version=${version}`)
    : invalid(`the version ${quoted(version)} is not a number like 3`);
};

const noParameters = (
  { mount, seen }: SecretPath,
  [first]: NonNullable<PlanSource['parameters']>,
): Result<never, ProviderError> =>
  invalid(
    `${showMount(mount)} is a key-value engine, which takes no parameters; the ref has parameter.${first?.name ?? ''}${seen ? '' : `; the token cannot see what ${showMount(mount)} is: with a leading "/" a path of another engine is used as it is written`}`,
  );

const kvTarget = (
  path: SecretPath,
  { key, version, parameters }: PlanSource,
): Result<Target, ProviderError> => {
  if (parameters !== undefined) return noParameters(path, parameters);
  const query = versionQuery(version, path);
  if (!query.ok) return query;
  const encoded = encodePath(apiPath(path));
  if (encoded === undefined) return invalid(`the key ${quoted(key)} cannot be part of a URL`);
  const url = encoded + query.value;
  return ok({ kind: 'secret', path, url, version, id: url });
};

const engineTarget = (path: EnginePath, source: PlanSource): Result<Target, ProviderError> => {
  const request = engineRequest(path, source);
  if (!request.ok) return request;
  const url = encodePath(apiPath(path));
  if (url === undefined) return invalid(`the key ${quoted(source.key)} cannot be part of a URL`);
  const target = {
    kind: 'engine',
    request: request.value,
    url,
    id: JSON.stringify([url, source.parameters]),
  } as const;
  return ok(path.takenAsFull ? { ...target, takenAsFull: path } : target);
};

/** What is asked of Vault for a source, or why nothing can be: `invalid`. */
export const resolveTarget = (
  source: PlanSource,
  { path: storePath, kvVersion, byWords }: StorePlace,
  mounts: MountTable,
): Result<Target, ProviderError> => {
  const { key, stage, parameters } = source;
  if (stage !== undefined) return invalid(`Vault has no stages; the ref asks for stage ${quoted(stage)}`);
  const hasParameters = parameters !== undefined;
  const path = resolveKey(key, { storePath, kvVersion, mounts, hasParameters, byWords });
  if (!path.ok) return path;
  return path.value.kind === 'secret' ? kvTarget(path.value, source) : engineTarget(path.value, source);
};
