import type { ExternalSecretManifest } from '../../lib/external-secrets/external-secret.ts';
import type { StoreKind, StoreManifest } from '../../lib/stores/store.ts';

/**
 * What the decision may know of the cluster: answers from caches, at once. Where an install reads External Secrets Operator's
 * objects too, an object of Keyferry's own goes before one of the same kind and name there.
 */
export interface Catalogue {
  /** The namespace's SecretStore of this name, else the ClusterSecretStore. */
  store(namespace: string, name: string): StoreManifest | undefined;
  /** The store of this kind; the namespace is that of the pod. */
  storeOfKind(kind: StoreKind, namespace: string, name: string): StoreManifest | undefined;
  /** Names of the stores that a namespace could use, for suggestions. */
  storeNames(namespace: string): readonly string[];
  /** Whether another namespace has a SecretStore of this name. */
  storeElsewhere(namespace: string, name: string): boolean;
  /** The namespace's ExternalSecret of this name. */
  externalSecret(namespace: string, name: string): ExternalSecretManifest | undefined;
  /** All ExternalSecrets of a namespace: the very same list as long as none of them changes. */
  externalSecrets(namespace: string): readonly ExternalSecretManifest[];
  /** Names of the ExternalSecrets of a namespace, for suggestions. */
  externalSecretNames(namespace: string): readonly string[];
  /** Whether another namespace has an ExternalSecret of this name. */
  externalSecretElsewhere(namespace: string, name: string): boolean;
  /** Labels of a namespace, or undefined where it is not known. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** The certificates of the broker's replicas, PEM, as its namespace has them; undefined where they are not known yet. */
  brokerTrust(brokerNamespace: string): string | undefined;
  /** Annotations of a ServiceAccount, or undefined where it is not known. */
  serviceAccountAnnotations(namespace: string, name: string): Readonly<Record<string, string>> | undefined;
}
