import type { CachedKind, LookUpCache, ObjectKey } from '../lib/kube/cache.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import { externalSecretsGroup } from '../lib/names.ts';
import type { StoreKind } from '../lib/stores/store.ts';
import type { Catalogue } from './core/catalogue.ts';

/** The API server gives every namespace this label; manifests do not have it. */
const nameLabel = 'kubernetes.io/metadata.name';

type DoubleKind = Extract<CachedKind, 'SecretStore' | 'ClusterSecretStore' | 'ExternalSecret'>;

const keyOf = (kind: DoubleKind, namespace: string, name: string): ObjectKey =>
  kind === 'ClusterSecretStore' ? { kind, name } : { kind, namespace, name };

/** Where an object of a kind that two APIs define may be: in Keyferry's own first. */
const placesOf = (kind: DoubleKind, namespace: string, name: string): readonly ObjectKey[] => {
  const key = keyOf(kind, namespace, name);
  return [key, { ...key, group: externalSecretsGroup }];
};

/** Where the store of a kind may be, the place that counts first. */
export const placesOfStore = (kind: StoreKind, namespace: string, name: string): readonly ObjectKey[] =>
  placesOf(kind, namespace, name);

/** Where the store that a ref names may be. */
export const placesOfNamedStore = (namespace: string, name: string): readonly ObjectKey[] => [
  ...placesOf('SecretStore', namespace, name),
  ...placesOf('ClusterSecretStore', namespace, name),
];

export const placesOfExternalSecret = (namespace: string, name: string): readonly ObjectKey[] =>
  placesOf('ExternalSecret', namespace, name);

/** Keyferry's own object, else theirs. Asked for every ref of every pod: no list of places is made for it. */
const find = (
  cache: LookUpCache,
  kind: DoubleKind,
  namespace: string,
  name: string,
): KubeObject | undefined => {
  const key = keyOf(kind, namespace, name);
  return cache.get(key) ?? cache.get({ ...key, group: externalSecretsGroup });
};

/** The objects of a kind in both APIs. */
const all = (cache: LookUpCache, kind: DoubleKind): readonly KubeObject[] => [
  ...cache.list(kind),
  ...cache.list(kind, externalSecretsGroup),
];

const namesIn = (objects: readonly KubeObject[], namespace: string): readonly string[] =>
  objects.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata: { name } }) => name);

const isElsewhere = (objects: readonly KubeObject[], namespace: string, name: string): boolean =>
  objects.some(({ metadata }) => metadata.name === name && metadata.namespace !== namespace);

/** Answers the decision's questions from the caches. */
export const catalogueOf = (cache: LookUpCache): Catalogue => ({
  store: (namespace, name) =>
    find(cache, 'SecretStore', namespace, name) ?? find(cache, 'ClusterSecretStore', namespace, name),
  storeOfKind: (kind, namespace, name) => find(cache, kind, namespace, name),
  storeNames: (namespace) => [
    ...namesIn(all(cache, 'SecretStore'), namespace),
    ...all(cache, 'ClusterSecretStore').map(({ metadata }) => metadata.name),
  ],
  storeElsewhere: (namespace, name) => isElsewhere(all(cache, 'SecretStore'), namespace, name),
  externalSecret: (namespace, name) => find(cache, 'ExternalSecret', namespace, name),
  externalSecretNames: (namespace) => namesIn(all(cache, 'ExternalSecret'), namespace),
  externalSecretElsewhere: (namespace, name) => isElsewhere(all(cache, 'ExternalSecret'), namespace, name),
  namespaceLabels: (name) => {
    const namespace = cache.get({ kind: 'Namespace', name });
    return namespace && { ...namespace.metadata.labels, [nameLabel]: name };
  },
  serviceAccountAnnotations: (namespace, name) => {
    const account = cache.get({ kind: 'ServiceAccount', namespace, name });
    return account && (account.metadata.annotations ?? {});
  },
});
