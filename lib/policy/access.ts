import type { PlanFind } from '../plan.ts';
import type { Store } from '../stores/store.ts';
import type { NamedKeys } from './named-keys.ts';

/** The pod that asks. */
export interface Asker {
  readonly namespace: string;
  /** Undefined where the Namespace object is not known: then no selector fits. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly serviceAccount: string;
}

export type Asked =
  /** A key as the ref has it, before it is read. */
  | { readonly kind: 'key'; readonly key: string }
  /** What that key turned out to be at the backend (`SecretDocument.canonical`). */
  | { readonly kind: 'read'; readonly key: string; readonly canonical: string }
  /** To find keys, before it is done. */
  | { readonly kind: 'find' }
  /** One of the names that a find brought. */
  | { readonly kind: 'found'; readonly find: PlanFind; readonly name: string };

export interface AccessRequest {
  readonly store: Store;
  /** Who reads the store for the pod. What the agent reads itself is limited only where the store has `spec.access`. */
  readonly readBy: 'agent' | 'broker';
  readonly who: Asker;
  /** What `namedKeys` made of the ExternalSecrets (of the pod's namespace at least) and this store. */
  readonly named: NamedKeys;
  readonly asked: Asked;
}

export type AccessDecision =
  /** `rule`: what allows it, for audit lines (`spec.access[1]`, `ExternalSecret payments/db`). */
  | { readonly allowed: true; readonly rule: string }
  /** `reason`: for whoever wrote the pod: what is not allowed, which rules there are and what to do. */
  | { readonly allowed: false; readonly reason: string };
