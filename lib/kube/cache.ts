import { trustConfigMap } from '../broker/names.ts';
import { apiGroup, apiVersion, externalSecretsGroup } from '../names.ts';
import type { KubeObject } from './object.ts';
import type { ChangeListener } from './object-store.ts';

/** One resource that admission looks up. */
export interface CachedResource {
  readonly kind: string;
  readonly group: string;
  /** The versions that are read as they are; the first that the API server serves is watched. */
  readonly apiVersions: readonly [string, ...string[]];
  readonly plural: string;
  readonly namespaced: boolean;
  /** Only objects of this name are cached, with their `data`. */
  readonly name?: string;
}

const ours = { group: apiGroup, apiVersions: [apiVersion] } as const;
const core = { group: '', apiVersions: ['v1'] } as const;
/** The specs of both versions are read alike; `v1beta1` is what installs before 0.16 serve. */
const theirs = {
  group: externalSecretsGroup,
  apiVersions: [`${externalSecretsGroup}/v1`, `${externalSecretsGroup}/v1beta1`],
} as const;

const secretStores = { kind: 'SecretStore', plural: 'secretstores', namespaced: true } as const;
const clusterSecretStores = {
  kind: 'ClusterSecretStore',
  plural: 'clustersecretstores',
  namespaced: false,
} as const;
const externalSecrets = { kind: 'ExternalSecret', plural: 'externalsecrets', namespaced: true } as const;

/** What is always looked up: the kinds of Keyferry and of Kubernetes itself, each of one API. */
const ownResources = [
  { ...secretStores, ...ours },
  { ...clusterSecretStores, ...ours },
  { ...externalSecrets, ...ours },
  { kind: 'Namespace', plural: 'namespaces', namespaced: false, ...core },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true, ...core },
  { kind: 'ConfigMap', plural: 'configmaps', namespaced: true, name: trustConfigMap, ...core },
] as const satisfies readonly CachedResource[];

/** What External Secrets Operator's users have, looked up where the install says so. */
const externalSecretsResources = [
  { ...secretStores, ...theirs },
  { ...clusterSecretStores, ...theirs },
  { ...externalSecrets, ...theirs },
] as const satisfies readonly CachedResource[];

/** Whether it is the ConfigMap with the broker's certificates, which is read in the broker's namespace alone and where there is a broker. */
export const isTrustResource = ({ name }: Pick<CachedResource, 'name'>): boolean => name === trustConfigMap;

/** Every resource that a cache may hold. */
export const cachedResources: readonly CachedResource[] = [...ownResources, ...externalSecretsResources];

/** Whether a resource is External Secrets Operator's, which is read by choice of the install alone. */
export const isExternalSecretsResource = ({ group }: Pick<CachedResource, 'group'>): boolean =>
  group === externalSecretsGroup;

export type CachedKind = (typeof ownResources)[number]['kind'];

/** Where a kind is defined twice: the other API. Left out: Keyferry's own, or that of Kubernetes. */
export type OtherGroup = typeof externalSecretsGroup;

/** Names one object. */
export interface ObjectKey {
  readonly kind: CachedKind;
  readonly group?: OtherGroup | undefined;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface WaitOptions {
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The cluster's objects as admission sees them: in memory, so that no admission waits for the network.
 * Kept from the API server (`startApiCache`) or from manifests (`startManifestCache`, `objectCache`).
 */
export interface ObjectCache {
  /** Whether every kind has been read at least once. It never goes back: an outage leaves the last known objects. */
  readonly synced: boolean;
  /** Resolves when `synced` becomes true, or when the cache is stopped before that. */
  readonly whenSynced: Promise<void>;
  get(key: ObjectKey): KubeObject | undefined;
  /** All objects of a kind of one API, sorted by namespace and name. */
  list(kind: CachedKind, group?: OtherGroup): readonly KubeObject[];
  /** The objects of a kind of one API in one namespace, sorted by name: the very same list as long as none of them changes. */
  listIn(kind: CachedKind, namespace: string, group?: OtherGroup): readonly KubeObject[];
  /**
   * The object as soon as it is there: at once, or when it appears within the time given; else undefined. Somebody who applies
   * a store and a pod together should not be refused for the order in which they arrive.
   */
  waitFor(key: ObjectKey, options: WaitOptions): Promise<KubeObject | undefined>;
  /** Calls `listener` after every change of a kind's objects of one API; returns a function that ends this. Listeners must not throw. */
  onChange(kind: CachedKind, listener: ChangeListener<KubeObject>, group?: OtherGroup): () => void;
  stop(): Promise<void>;
}

/** The part of a cache that decisions use. */
export type LookUpCache = Pick<ObjectCache, 'get' | 'list' | 'listIn' | 'waitFor'>;

/** The same for those who wait until something changes. */
export type FollowedCache = LookUpCache & Pick<ObjectCache, 'onChange'>;
