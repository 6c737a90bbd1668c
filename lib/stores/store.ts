import { readAws, type AwsStore } from './aws.ts';
import { Fields, isObject, type Findings } from './fields.ts';
import { readConditions, type NamespaceCondition } from './conditions.ts';
import { readVault, type VaultStore } from './vault.ts';
import { sentenceList } from '../text.ts';

/** A store as its manifest describes it, checked; no defaults of an install are in it yet. */
export interface Store {
  readonly kind: StoreKind;
  readonly name: string;
  /** Undefined for a ClusterSecretStore. */
  readonly namespace?: string;
  /** Empty: every namespace may use it. */
  readonly conditions: readonly NamespaceCondition[];
  readonly provider: VaultStore | AwsStore | FileStore;
}

export type StoreKind = 'SecretStore' | 'ClusterSecretStore';

export interface FileStore {
  readonly type: 'file';
  readonly path: string;
}

/** The parts of a manifest that make a store. */
export interface StoreManifest {
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
}

export interface ReadStore extends Findings {
  /** Undefined where there are problems. */
  readonly store?: Store;
}

const comingProviders = ['bitwardensecretsmanager', 'azurekv', 'gcpsm'];

const readFile = (fields: Fields): FileStore => {
  const path = fields.string('path');
  if (path !== '' && !path.startsWith('/')) fields.reject('path', 'must be absolute');
  fields.close();
  return { type: 'file', path };
};

const readers = { vault: readVault, aws: readAws, file: readFile } as const;
const providerNames = Object.keys(readers) as (keyof typeof readers)[];

const readProvider = (fields: Fields): Store['provider'] | undefined => {
  const found = providerNames.flatMap((name) => {
    const provider = fields.optionalObject(name);
    return provider === undefined ? [] : [{ name, provider }];
  });
  const [first, ...others] = found;
  fields.refuse(`is not supported yet; the providers are ${sentenceList(providerNames)}`, ...comingProviders);
  for (const { name } of others)
    fields.reject(name, `stands beside ${first?.name ?? ''}; a store has one provider`);
  const anyOther = comingProviders.some((name) => fields.has(name));
  if (first === undefined && !anyOther)
    fields.reject('vault', `is missing; a store needs one provider: ${sentenceList(providerNames, 'or')}`);
  fields.close();
  return first && readers[first.name](first.provider);
};

/** Whether the login at a store depends on annotations of the pod's ServiceAccount, so that it has to be known. */
export const readsServiceAccount = ({ spec }: StoreManifest): boolean =>
  isObject(spec) && isObject(spec['provider']) && spec['provider']['aws'] !== undefined;

const readManifest = (manifest: StoreManifest): ReadStore => {
  const findings: Findings = { problems: [], warnings: [] };
  const kind = manifest.kind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'SecretStore';
  const spec = new Fields(manifest.spec, 'spec', findings);
  const provider = readProvider(spec.object('provider'));
  const conditions = readConditions(spec.objects('conditions'));
  if (kind === 'SecretStore' && conditions.length > 0)
    spec.reject('conditions', 'belongs to a ClusterSecretStore; a SecretStore serves its own namespace');
  spec.refuse('needs the broker, which is not supported yet', 'access', 'via');
  spec.refuse('is not supported: one Keyferry serves every store of its kinds', 'controller');
  spec.refuse('is not supported: the agent backs off by itself', 'retrySettings');
  spec.ignore(
    "has no effect: how often secrets are read is the pod's to say (keyferry.dev/refresh-interval)",
    'refreshInterval',
  );
  spec.close();
  if (provider === undefined || findings.problems.length > 0) return findings;
  const { name = '', namespace } = manifest.metadata;
  const place = kind === 'SecretStore' && namespace !== undefined ? { namespace } : {};
  return { ...findings, store: { kind, name, ...place, conditions, provider } };
};

/** What was read of a manifest. Objects of the caches are never changed, only replaced, so each is read once. */
const known = new WeakMap<StoreManifest, ReadStore>();

/**
 * Reads a SecretStore or ClusterSecretStore. Its shape is that of external-secrets.io/v1, so all fields of that API are known
 * by name: those that Keyferry does not honour are problems that say so. Problems and warnings start with the field's path.
 */
export const readStore = (manifest: StoreManifest): ReadStore => {
  const read = known.get(manifest) ?? readManifest(manifest);
  known.set(manifest, read);
  return read;
};
