import type { InstallFile } from '../../lib/broker/install-file.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  bothGroups,
  findInBoth,
  listInBoth,
  namespaceLabels,
  type DoubleKind,
} from '../../lib/kube/both-apis.ts';
import type { ObjectCache } from '../../lib/kube/cache.ts';
import type { ObjectChange } from '../../lib/kube/object-store.ts';
import type { KubeObject } from '../../lib/kube/object.ts';
import type { StoreKind } from '../../lib/stores/store.ts';

/** The objects that decide who may have what. */
export interface AccessObjects {
  store(kind: StoreKind, namespace: string, name: string): KubeObject | undefined;
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Of one namespace, Keyferry's own before theirs of the same name; the same list again as long as nothing in it has changed. */
  externalSecrets(namespace: string): readonly KubeObject[];
  /**
   * Calls `listener` when a decision may be another one now: in one namespace, or in every one (undefined). Returns a function that ends
   * this. Listeners must not throw.
   */
  onChange(listener: (namespace: string | undefined) => void): () => void;
  /** Counts the changes. */
  readonly generation: number;
  stop(): void;
}

const kinds: readonly DoubleKind[] = ['SecretStore', 'ClusterSecretStore', 'ExternalSecret'];

/** Whether a change is one of what decisions read: a status is written again and again. */
const matters = (change: ObjectChange<KubeObject>): boolean =>
  change.type !== 'modified' ||
  !deepEqual(change.object.spec, change.previous.spec) ||
  !deepEqual(change.object.metadata.labels, change.previous.metadata.labels);

/** The namespace in which an object decides; undefined: in every one. */
const scopeOf = (change: ObjectChange<KubeObject>): string | undefined => {
  const { kind, metadata } = change.type === 'deleted' ? change.previous : change.object;
  return kind === 'Namespace' ? metadata.name : metadata.namespace;
};

class Objects implements AccessObjects {
  readonly #cache: ObjectCache;
  readonly #listeners = new Set<(namespace: string | undefined) => void>();
  readonly #stops: readonly (() => void)[];
  generation = 0;

  constructor(cache: ObjectCache, install: Pick<InstallFile, 'onChange'>) {
    this.#cache = cache;
    const follow = (change: ObjectChange<KubeObject>): void => {
      if (matters(change)) this.#changed(scopeOf(change));
    };
    this.#stops = [
      ...kinds.flatMap((kind) => bothGroups.map((group) => cache.onChange(kind, follow, group))),
      cache.onChange('Namespace', follow),
      install.onChange(() => {
        this.#changed(undefined);
      }),
    ];
  }

  store(kind: StoreKind, namespace: string, name: string): KubeObject | undefined {
    return findInBoth(this.#cache, kind, namespace, name);
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined {
    return namespaceLabels(this.#cache, namespace);
  }

  externalSecrets(namespace: string): readonly KubeObject[] {
    return listInBoth(this.#cache, 'ExternalSecret', namespace);
  }

  onChange(listener: (namespace: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  #changed(namespace: string | undefined): void {
    this.generation += 1;
    for (const listener of [...this.#listeners]) listener(namespace);
  }
}

/** Follows the caches and the broker's file, from what they say now on. */
export const followObjects = (cache: ObjectCache, install: Pick<InstallFile, 'onChange'>): AccessObjects =>
  new Objects(cache, install);
