import type { ObjectCache } from '../lib/kube/cache.ts';
import type { Catalogue } from './core/catalogue.ts';

/** The API server gives every namespace this label; manifests do not have it. */
const nameLabel = 'kubernetes.io/metadata.name';

/** Answers the decision's questions from the caches. */
export const catalogueOf = (cache: ObjectCache): Catalogue => ({
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
});

/** How long an admission waits for a store that the cache does not know yet: Helm and Argo CD apply everything at once. */
export const storeWaitMilliseconds = 2000;

/** Resolves when every store of these names is known, or the time is up. At once where all are known already. */
export const waitForStores = async (
  cache: ObjectCache,
  namespace: string,
  names: readonly string[],
): Promise<void> => {
  const catalogue = catalogueOf(cache);
  const missing = names.filter((name) => catalogue.store(namespace, name) === undefined);
  if (missing.length === 0) return;
  const stop = new AbortController();
  const options = { timeoutMilliseconds: storeWaitMilliseconds, signal: stop.signal };
  await Promise.all(
    missing.map((name) =>
      Promise.race([
        cache.waitFor({ kind: 'SecretStore', namespace, name }, options),
        cache.waitFor({ kind: 'ClusterSecretStore', name }, options),
      ]),
    ),
  );
  stop.abort();
};
