import type { Clock } from '../clock.ts';
import {
  cachedResources,
  isExternalSecretsResource,
  type CachedResource,
  type ObjectCache,
  type ObjectKey,
} from './cache.ts';
import { isRecord, parseObject, type KubeObject } from './object.ts';
import { ok, type Result } from '../result.ts';
import { ObjectStore } from './object-store.ts';

/** One store a resource, by `resourceId`. */
export type Stores = ReadonlyMap<string, ObjectStore<KubeObject>>;

/** Names a resource as look-ups do: by its kind, and by its group where the kind is Keyferry's too. */
const idOf = (kind: string, group: string | undefined): string =>
  group === undefined ? kind : `${kind}.${group}`;

export const resourceId = (resource: CachedResource): string =>
  idOf(resource.kind, isExternalSecretsResource(resource) ? resource.group : undefined);

/** The resource of a kind and a group, in any version; undefined for what caches do not hold. */
export const cachedResource = (kind: string, group: string): CachedResource | undefined =>
  cachedResources.find((resource) => resource.kind === kind && resource.group === group);

/** The look-ups of an `ObjectCache` on one store a resource. */
export const lookups = (
  stores: Stores,
): Pick<ObjectCache, 'get' | 'list' | 'listIn' | 'waitFor' | 'onChange'> => {
  const storeOf = ({ kind, group }: Pick<ObjectKey, 'kind' | 'group'>): ObjectStore<KubeObject> | undefined =>
    stores.get(idOf(kind, group));
  return {
    get: (key) => storeOf(key)?.get(key.namespace, key.name),
    onChange: (kind, listener, group) => storeOf({ kind, group })?.onChange(listener) ?? (() => undefined),
    list: (kind, group) => storeOf({ kind, group })?.list() ?? [],
    listIn: (kind, namespace, group) => storeOf({ kind, group })?.listIn(namespace) ?? [],
    waitFor: (key, options) =>
      storeOf(key)?.waitFor(key.namespace, key.name, options) ?? Promise.resolve(undefined),
  };
};

/** A store for every resource, whether anything fills it or not: who waits for what nobody reads waits in vain, but not less long. */
export const emptyStores = (clock: Clock): Stores =>
  new Map(
    cachedResources.map((resource) => [resourceId(resource), new ObjectStore<KubeObject>(clock)] as const),
  );

/** Reads an object of a resource, from the API server or a manifest. */
export const parseCached = (
  { kind, name, apiVersions }: CachedResource,
  value: unknown,
): Result<KubeObject, string> => {
  const object = parseObject(value, { apiVersion: apiVersions[0], kind });
  if (!object.ok || name === undefined) return object;
  const data = isRecord(value) && isRecord(value['data']) ? value['data'] : {};
  const texts = Object.entries(data).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return ok({ ...object.value, data: Object.fromEntries(texts) });
};

/** What the group of an object's API is called; empty for the core group. */
export const groupOf = ({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** Makes `objects`, all of cached resources, the whole content of the stores. */
export const fillStores = (stores: Stores, objects: readonly KubeObject[]): void => {
  for (const resource of cachedResources) {
    const { kind, group } = resource;
    stores
      .get(resourceId(resource))
      ?.replace(objects.filter((object) => object.kind === kind && groupOf(object) === group));
  }
};

/** Lets go of everybody who waits. */
export const closeStores = (stores: Stores): void => {
  for (const store of stores.values()) store.close();
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
      closeStores(stores);
      return Promise.resolve();
    },
  };
};
