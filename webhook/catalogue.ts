import { trustConfigMap, trustKey } from '../lib/broker/names.ts';
import { findInBoth, listBoth, listInBoth, namespaceLabels, placesOf } from '../lib/kube/both-apis.ts';
import type { LookUpCache, ObjectKey } from '../lib/kube/cache.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { StoreKind } from '../lib/stores/store.ts';
import type { Catalogue } from './core/catalogue.ts';

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

const namesIn = (objects: readonly KubeObject[], namespace: string): readonly string[] =>
  objects.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata: { name } }) => name);

const isElsewhere = (objects: readonly KubeObject[], namespace: string, name: string): boolean =>
  objects.some(({ metadata }) => metadata.name === name && metadata.namespace !== namespace);

/** Answers the decision's questions from the caches. */
export const catalogueOf = (cache: LookUpCache): Catalogue => ({
  store: (namespace, name) =>
    findInBoth(cache, 'SecretStore', namespace, name) ??
    findInBoth(cache, 'ClusterSecretStore', namespace, name),
  storeOfKind: (kind, namespace, name) => findInBoth(cache, kind, namespace, name),
  storeNames: (namespace) => [
    ...namesIn(listBoth(cache, 'SecretStore'), namespace),
    ...listBoth(cache, 'ClusterSecretStore').map(({ metadata }) => metadata.name),
  ],
  storeElsewhere: (namespace, name) => isElsewhere(listBoth(cache, 'SecretStore'), namespace, name),
  externalSecret: (namespace, name) => findInBoth(cache, 'ExternalSecret', namespace, name),
  externalSecrets: (namespace) => listInBoth(cache, 'ExternalSecret', namespace),
  externalSecretNames: (namespace) => namesIn(listBoth(cache, 'ExternalSecret'), namespace),
  externalSecretElsewhere: (namespace, name) =>
    isElsewhere(listBoth(cache, 'ExternalSecret'), namespace, name),
  namespaceLabels: (name) => namespaceLabels(cache, name),
  brokerTrust: (namespace) => {
    const bundle = cache.get({ kind: 'ConfigMap', namespace, name: trustConfigMap });
    return bundle?.data?.[trustKey] || undefined;
  },
  serviceAccountAnnotations: (namespace, name) => {
    const account = cache.get({ kind: 'ServiceAccount', namespace, name });
    return account && (account.metadata.annotations ?? {});
  },
});
