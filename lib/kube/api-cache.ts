import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Random } from './backoff.ts';
import { cachedKinds, type CachedKind, type ObjectCache } from './cache.ts';
import type { KubeConnection } from './connection.ts';
import { lookups } from './object-cache.ts';
import { parseObject, type KubeObject } from './object.ts';
import { Reflector } from './reflector.ts';

export interface ApiCacheOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const reflect = (kind: CachedKind, options: ApiCacheOptions): Reflector<KubeObject> => {
  const { group, apiVersion, plural } = cachedKinds[kind];
  return new Reflector({
    ...options,
    resource: { group, apiVersion, kind, plural },
    transform: (value) => {
      const object = parseObject(value, { apiVersion, kind });
      return object.ok ? object.value : undefined;
    },
  });
};

/** The cluster's objects, kept by watching the API server; it starts at once and runs until `stop`. Needs list and watch on each kind. */
export const startApiCache = (options: ApiCacheOptions): ObjectCache => {
  const reflectors = {
    SecretStore: reflect('SecretStore', options),
    ClusterSecretStore: reflect('ClusterSecretStore', options),
    Namespace: reflect('Namespace', options),
    ServiceAccount: reflect('ServiceAccount', options),
  };
  const all = Object.values(reflectors);
  return {
    ...lookups({
      SecretStore: reflectors.SecretStore.objects,
      ClusterSecretStore: reflectors.ClusterSecretStore.objects,
      Namespace: reflectors.Namespace.objects,
      ServiceAccount: reflectors.ServiceAccount.objects,
    }),
    get synced() {
      return all.every((reflector) => reflector.synced);
    },
    whenSynced: Promise.all(all.map((reflector) => reflector.whenSynced)).then(() => undefined),
    stop: async () => {
      await Promise.all(all.map((reflector) => reflector.stop()));
    },
  };
};
