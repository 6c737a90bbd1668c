import type { Clock } from '../clock.ts';
import { cachedKinds, type CachedKind, type ObjectCache } from './cache.ts';
import type { KubeObject } from './object.ts';
import { ObjectStore } from './object-store.ts';

export type Stores = Readonly<Record<CachedKind, ObjectStore<KubeObject>>>;

export const kinds = Object.keys(cachedKinds) as CachedKind[];

export const isCachedKind = (kind: string): kind is CachedKind => Object.hasOwn(cachedKinds, kind);

/** The look-ups of an `ObjectCache` on one store a kind. */
export const lookups = (stores: Stores): Pick<ObjectCache, 'get' | 'list' | 'waitFor'> => ({
  get: ({ kind, namespace, name }) => stores[kind].get(namespace, name),
  list: (kind) => stores[kind].list(),
  waitFor: ({ kind, namespace, name }, options) => stores[kind].waitFor(namespace, name, options),
});

export const emptyStores = (clock: Clock): Stores => {
  const store = (): ObjectStore<KubeObject> => new ObjectStore<KubeObject>(clock);
  return { SecretStore: store(), ClusterSecretStore: store(), Namespace: store(), ServiceAccount: store() };
};

/** Makes `objects`, all of cached kinds, the whole content of the stores. */
export const fillStores = (stores: Stores, objects: readonly KubeObject[]): void => {
  for (const kind of kinds) stores[kind].replace(objects.filter((object) => object.kind === kind));
};

/** A cache of what `parseManifests` returned, for commands that read once. */
export const objectCache = (objects: readonly KubeObject[], clock: Clock): ObjectCache => {
  const stores = emptyStores(clock);
  fillStores(stores, objects);
  return {
    ...lookups(stores),
    synced: true,
    whenSynced: Promise.resolve(),
    stop: () => {
      for (const kind of kinds) stores[kind].close();
      return Promise.resolve();
    },
  };
};
