import { Fields, type Findings } from './fields.ts';
import { readConditions, type NamespaceCondition } from './conditions.ts';
import { readVault, type VaultStore } from './vault.ts';

/** A store as its manifest describes it, checked; no defaults of an install are in it yet. */
export interface Store {
  readonly kind: StoreKind;
  readonly name: string;
  /** Undefined for a ClusterSecretStore. */
  readonly namespace?: string;
  /** Empty: every namespace may use it. */
  readonly conditions: readonly NamespaceCondition[];
  readonly provider: VaultStore | FileStore;
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

const comingProviders = ['aws', 'bitwardensecretsmanager', 'azurekv', 'gcpsm'];

const readFile = (fields: Fields): FileStore => {
  const path = fields.string('path');
  if (path !== '' && !path.startsWith('/')) fields.reject('path', 'must be absolute');
  fields.close();
  return { type: 'file', path };
};

const readProvider = (fields: Fields): Store['provider'] | undefined => {
  const vault = fields.optionalObject('vault');
  const file = fields.optionalObject('file');
  fields.refuse('is not supported yet; the providers are vault and file', ...comingProviders);
  if (vault !== undefined && file !== undefined)
    fields.reject('file', 'stands beside vault; a store has one provider');
  const anyOther = comingProviders.some((name) => fields.has(name));
  if (vault === undefined && file === undefined && !anyOther)
    fields.reject('vault', 'is missing; a store needs one provider: vault or file');
  fields.close();
  if (vault !== undefined) return readVault(vault);
  return file === undefined ? undefined : readFile(file);
};

/**
 * Reads a SecretStore or ClusterSecretStore. Its shape is that of external-secrets.io/v1, so all fields of that API are known
 * by name: those that Keyferry does not honour are problems that say so. Problems and warnings start with the field's path.
 */
export const readStore = (manifest: StoreManifest): ReadStore => {
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
