import type { StoreManifest } from '../../lib/stores/store.ts';

/** What the decision may know of the cluster: answers from caches, at once. */
export interface Catalogue {
  /** The namespace's SecretStore of this name, else the ClusterSecretStore. */
  store(namespace: string, name: string): StoreManifest | undefined;
  /** Names of the stores that a namespace could use, for suggestions. */
  storeNames(namespace: string): readonly string[];
  /** Whether another namespace has a SecretStore of this name. */
  storeElsewhere(namespace: string, name: string): boolean;
  /** Labels of a namespace, or undefined where it is not known. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Annotations of a ServiceAccount, or undefined where it is not known. */
  serviceAccountAnnotations(namespace: string, name: string): Readonly<Record<string, string>> | undefined;
}
