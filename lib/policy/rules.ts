import { matchesSelector } from '../stores/label-selector.ts';
import type { Store } from '../stores/store.ts';
import type { AccessRule } from './access-rule.ts';
import type { Asker } from './access.ts';
import type { CanonicalKey } from './canonical-names.ts';
import { fitsKeyGlob, keyGlob, type KeyGlob } from './key-glob.ts';

/** An item of `spec.access` that is for a pod. */
export interface ApplyingRule {
  readonly place: string;
  /** Its globs as they are written. */
  readonly keys: readonly string[];
  grants(key: CanonicalKey): boolean;
}

interface PreparedRule {
  readonly rule: AccessRule;
  readonly globs: readonly KeyGlob[];
}

/** Stores are never changed, only replaced, so their globs are made canonical once. */
const prepared = new WeakMap<Store, readonly PreparedRule[]>();

const prepare = (store: Store): readonly PreparedRule[] => {
  const rules =
    prepared.get(store) ??
    (store.access ?? []).map((rule) => ({
      rule,
      globs: rule.keys.map((glob) => keyGlob(glob, store.provider)),
    }));
  prepared.set(store, rules);
  return rules;
};

/** Whether a rule is for pods of a namespace, if only for some of them. */
export const admitsPlace = (
  { namespaces, namespaceSelector }: AccessRule,
  who: Pick<Asker, 'namespace' | 'namespaceLabels'>,
): boolean =>
  (namespaces === undefined || namespaces.includes(who.namespace)) &&
  (namespaceSelector === undefined ||
    (who.namespaceLabels !== undefined && matchesSelector(namespaceSelector, who.namespaceLabels)));

const admits = (rule: AccessRule, who: Asker): boolean =>
  admitsPlace(rule, who) &&
  (rule.serviceAccounts === undefined || rule.serviceAccounts.includes(who.serviceAccount));

/** The items of a store's `spec.access` that are for a pod, in their order. */
export const rulesFor = (store: Store, who: Asker): readonly ApplyingRule[] =>
  prepare(store)
    .filter(({ rule }) => admits(rule, who))
    .map(({ rule: { place, keys }, globs }) => ({
      place,
      keys,
      grants: (key) => globs.some((glob) => fitsKeyGlob(glob, key, who)),
    }));
