import type { LookUpCache } from '../lib/kube/cache.ts';
import { readsServiceAccount } from '../lib/stores/store.ts';
import type { Catalogue } from './core/catalogue.ts';

/** The API server gives every namespace this label; manifests do not have it. */
const nameLabel = 'kubernetes.io/metadata.name';

/** Answers the decision's questions from the caches. */
export const catalogueOf = (cache: LookUpCache): Catalogue => ({
  store: (namespace, name) =>
    cache.get({ kind: 'SecretStore', namespace, name }) ?? cache.get({ kind: 'ClusterSecretStore', name }),
  storeNames: (namespace) => [
    ...cache
      .list('SecretStore')
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => metadata.name),
    ...cache.list('ClusterSecretStore').map(({ metadata }) => metadata.name),
  ],
  storeElsewhere: (namespace, name) =>
    cache
      .list('SecretStore')
      .some(({ metadata }) => metadata.name === name && metadata.namespace !== namespace),
  namespaceLabels: (name) => {
    const namespace = cache.get({ kind: 'Namespace', name });
    return namespace && { ...namespace.metadata.labels, [nameLabel]: name };
  },
  serviceAccountAnnotations: (namespace, name) => {
    const account = cache.get({ kind: 'ServiceAccount', namespace, name });
    return account && (account.metadata.annotations ?? {});
  },
});

/** How long an admission waits for what the cache does not know yet: Helm and Argo CD apply everything at once. */
export const waitMilliseconds = 2000;

/** What an admission looks up. */
export interface Wanted {
  readonly namespace: string;
  /** Names; a SecretStore of the namespace or a ClusterSecretStore. */
  readonly stores: readonly string[];
  /** Needed where one of the stores reads its annotations. */
  readonly serviceAccount: string;
}

const waitForStore = async (
  cache: LookUpCache,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<void> => {
  const options = { timeoutMilliseconds: waitMilliseconds, signal };
  await Promise.race([
    cache.waitFor({ kind: 'SecretStore', namespace, name }, options),
    cache.waitFor({ kind: 'ClusterSecretStore', name }, options),
  ]);
};

/** Whether what is there so far has everything that the decision needs. */
const isComplete = (catalogue: Catalogue, { namespace, stores, serviceAccount }: Wanted): boolean => {
  const manifests = stores.map((name) => catalogue.store(namespace, name));
  if (manifests.includes(undefined)) return false;
  const needed = manifests.some((manifest) => manifest !== undefined && readsServiceAccount(manifest));
  return !needed || catalogue.serviceAccountAnnotations(namespace, serviceAccount) !== undefined;
};

/** Resolves when all that is wanted is known, or the time is up. At once where all is known already. */
export const waitForObjects = async (cache: LookUpCache, wanted: Wanted): Promise<void> => {
  const catalogue = catalogueOf(cache);
  if (isComplete(catalogue, wanted)) return;
  const { namespace, stores, serviceAccount: name } = wanted;
  const stop = new AbortController();
  const { signal } = stop;
  const options = { timeoutMilliseconds: waitMilliseconds, signal };
  // Both at once, so that the time is counted once; the ServiceAccount is let go of if no store turns out to need it.
  const account = cache.waitFor({ kind: 'ServiceAccount', namespace, name }, options);
  const missing = stores.filter((store) => catalogue.store(namespace, store) === undefined);
  await Promise.all(missing.map((store) => waitForStore(cache, { namespace, name: store }, signal)));
  if (!isComplete(catalogue, wanted)) await account;
  stop.abort();
};
