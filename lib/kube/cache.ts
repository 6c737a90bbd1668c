import { apiGroup, apiVersion } from '../names.ts';
import type { KubeObject } from './object.ts';

/** The kinds that admission looks up, and the API that each belongs to. */
export const cachedKinds = {
  SecretStore: { group: apiGroup, apiVersion, plural: 'secretstores', namespaced: true },
  ClusterSecretStore: { group: apiGroup, apiVersion, plural: 'clustersecretstores', namespaced: false },
  Namespace: { group: '', apiVersion: 'v1', plural: 'namespaces', namespaced: false },
  ServiceAccount: { group: '', apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true },
} as const;

export type CachedKind = keyof typeof cachedKinds;

/** Names one object. */
export interface ObjectKey {
  readonly kind: CachedKind;
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
  /** All objects of a kind, sorted by namespace and name. */
  list(kind: CachedKind): readonly KubeObject[];
  /**
   * The object as soon as it is there: at once, or when it appears within the time given; else undefined. Somebody who applies
   * a store and a pod together should not be refused for the order in which they arrive.
   */
  waitFor(key: ObjectKey, options: WaitOptions): Promise<KubeObject | undefined>;
  stop(): Promise<void>;
}

/** The part of a cache that decisions use. */
export type LookUpCache = Pick<ObjectCache, 'get' | 'list' | 'waitFor'>;
