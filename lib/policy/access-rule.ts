import type { LabelSelector } from '../stores/label-selector.ts';

/** An item of a store's `spec.access`: who gets which keys from the broker, beside those that an ExternalSecret of the pod's namespace names. */
export interface AccessRule {
  /** The field that it stands at (`spec.access[0]`), for messages and audit lines. */
  readonly place: string;
  /** Neither of the two: every namespace that the store admits. */
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  /** Undefined: every ServiceAccount of those namespaces. */
  readonly serviceAccounts?: readonly string[];
  /** Globs in which `*` is any run of characters, `/` too; `${namespace}` and `${serviceAccount}` are the pod's. */
  readonly keys: readonly string[];
}
