import type { AccessRule } from '../policy/access-rule.ts';
import { readAccess } from './access.ts';
import { readConditions, type NamespaceCondition } from './conditions.ts';
import { Fields, isObject, noFindings, type Findings } from './fields.ts';
import { readProvider, type StoreProvider } from './provider.ts';
import { isTooLarge, tooLarge } from './size.ts';

/** A store as its manifest describes it, checked; no defaults of an install are in it yet. */
export interface Store {
  readonly kind: StoreKind;
  readonly name: string;
  /** Undefined for a ClusterSecretStore. */
  readonly namespace?: string;
  /** Empty: every namespace may use it. */
  readonly conditions: readonly NamespaceCondition[];
  readonly provider: StoreProvider;
  /** `broker`: read by the broker although pods could do it themselves (`spec.via`, of ClusterSecretStores). */
  readonly via: 'agent' | 'broker';
  /** `spec.access`; undefined: it has none. */
  readonly access?: readonly AccessRule[];
}

export type StoreKind = 'SecretStore' | 'ClusterSecretStore';

/** The parts of a manifest that make a store. */
export interface StoreManifest {
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
}

export interface ReadStore extends Findings {
  /** Undefined where there are problems, or reasons why no pod can be served. */
  readonly store?: Store;
}

/** Whether the login at a store depends on annotations of the pod's ServiceAccount, so that it has to be known. */
export const readsServiceAccount = ({ spec }: StoreManifest): boolean =>
  isObject(spec) && isObject(spec['provider']) && spec['provider']['aws'] !== undefined;

/** Whether it depends on labels of the pod's Namespace who may use a store, or read what of it, so that it has to be known. */
export const readsNamespaceLabels = ({ spec }: StoreManifest): boolean => {
  const rules: readonly unknown[] = isObject(spec) ? [spec['conditions'], spec['access']].flat() : [];
  return rules.some((rule) => isObject(rule) && rule['namespaceSelector'] !== undefined);
};

const readKind = ({ kind }: StoreManifest): StoreKind =>
  kind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'SecretStore';

/** Fields that say how external-secrets' own controller goes about its work. */
const ignoreController = (spec: Fields): void => {
  spec.ignore('has no effect: one Keyferry serves every store of its kinds', 'controller');
  spec.ignore('has no effect: the agent backs off by itself', 'retrySettings');
  spec.ignore(
    "has no effect: how often secrets are read is the pod's to say (keyferry.dev/refresh-interval)",
    'refreshInterval',
  );
};

/** Through the broker at will: that is with the broker's own identity, which must go nowhere but where the platform says. */
const readVia = (spec: Fields, kind: StoreKind, provider: StoreProvider | undefined): Store['via'] => {
  const via = spec.oneOf('via', ['agent', 'broker'], 'agent');
  if (via === 'agent') return via;
  if (kind === 'SecretStore')
    spec.reject(
      'via',
      'is "broker", which is for ClusterSecretStores: the broker uses its own identity for no SecretStore, since whoever writes one chooses the server',
    );
  if (provider?.type === 'file') spec.reject('via', 'is "broker", which reads no files; leave it out');
  return via;
};

const readManifest = (manifest: StoreManifest): ReadStore => {
  const findings = noFindings();
  if (isTooLarge(manifest.spec)) return { ...findings, problems: [tooLarge] };
  const kind = readKind(manifest);
  const spec = new Fields(manifest.spec, 'spec', findings);
  const provider = readProvider(spec.object('provider'));
  const conditions = readConditions(spec.objects('conditions'));
  if (kind === 'SecretStore' && conditions.length > 0)
    spec.reject('conditions', 'belongs to a ClusterSecretStore; a SecretStore serves its own namespace');
  const { name = '', namespace } = manifest.metadata;
  const access = readAccess(spec, { kind, namespace, provider });
  const via = readVia(spec, kind, provider);
  ignoreController(spec);
  spec.close();
  if (provider === undefined || findings.problems.length + findings.unusable.length > 0) return findings;
  const place = kind === 'SecretStore' && namespace !== undefined ? { namespace } : {};
  return { ...findings, store: { kind, name, ...place, conditions, provider, via, ...access } };
};

/** What was read of a manifest. Objects of the caches are never changed, only replaced, so each is read once. */
const known = new WeakMap<StoreManifest, ReadStore>();

/**
 * Reads a SecretStore or ClusterSecretStore, ours or external-secrets' own: both have the same shape. All fields of that API are known by
 * name: one that Keyferry does not honour is a problem, a reason why no pod can be served, or a warning. Each starts with its path.
 */
export const readStore = (manifest: StoreManifest): ReadStore => {
  const read = known.get(manifest) ?? readManifest(manifest);
  known.set(manifest, read);
  return read;
};
