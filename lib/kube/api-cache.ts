import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Random } from './backoff.ts';
import {
  cachedResources,
  isExternalSecretsResource,
  isTrustResource,
  type CachedResource,
  type ObjectCache,
} from './cache.ts';
import type { KubeConnection } from './connection.ts';
import { emptyStores, lookups, parseCached, resourceId } from './object-cache.ts';
import type { KubeObject } from './object.ts';
import { Reflector } from './reflector.ts';

export interface ApiCacheOptions {
  readonly connection: KubeConnection;
  /** Whether objects of External Secrets Operator are read too (default: no); else nothing of that API is ever asked for. */
  readonly externalSecretsOperator?: boolean;
  /** Namespace of the broker, whose certificates are read there (default: there is none). */
  readonly brokerNamespace?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const reflect = (cached: CachedResource, options: ApiCacheOptions): Reflector<KubeObject> => {
  const { group, kind, plural, apiVersions, name } = cached;
  const [apiVersion, ...olderApiVersions] = apiVersions;
  return new Reflector({
    ...options,
    resource: {
      ...{ group, apiVersion, kind, plural },
      ...(name === undefined ? {} : { name, namespace: options.brokerNamespace }),
    },
    olderApiVersions,
    transform: (value) => {
      const object = parseCached(cached, value);
      return object.ok ? object.value : undefined;
    },
  });
};

const isWanted = (
  resource: CachedResource,
  { externalSecretsOperator = false, brokerNamespace }: ApiCacheOptions,
): boolean =>
  (externalSecretsOperator || !isExternalSecretsResource(resource)) &&
  (brokerNamespace !== undefined || !isTrustResource(resource));

/**
 * The cluster's objects, kept by watching the API server; it starts at once and runs until `stop`. Needs list and watch on each
 * resource.
 */
export const startApiCache = (options: ApiCacheOptions): ObjectCache => {
  const reflectors = new Map(
    cachedResources
      .filter((resource) => isWanted(resource, options))
      .map((resource) => [resourceId(resource), reflect(resource, options)] as const),
  );
  const all = [...reflectors.values()];
  const reflected = [...reflectors].map(([id, { objects }]) => [id, objects] as const);
  return {
    ...lookups(new Map([...emptyStores(options.clock), ...reflected])),
    get synced() {
      return all.every((reflector) => reflector.synced);
    },
    whenSynced: Promise.all(all.map((reflector) => reflector.whenSynced)).then(() => undefined),
    stop: async () => {
      await Promise.all(all.map((reflector) => reflector.stop()));
    },
  };
};
