import type { Store } from '../stores/store.ts';
import { quoted, sentenceList } from '../text.ts';
import type { Asker } from './access.ts';
import type { ApplyingRule } from './rules.ts';

/** Who reads a message wants the rule that was meant, not all that a platform has. */
const mostRules = 5;
const mostKeys = 5;

export const storeText = ({ kind, name, namespace }: Store): string =>
  namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;

const some = (items: readonly string[], most: number): string =>
  sentenceList(items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items);

const rulesText = (rules: readonly ApplyingRule[], { access }: Store): string => {
  if (access === undefined) return 'the store has no spec.access';
  if (rules.length === 0) return 'no item of its spec.access is for this pod';
  return some(
    rules.map(({ place, keys }) => `${place} grants ${some(keys.map(quoted), mostKeys)} only`),
    mostRules,
  );
};

export interface Refused {
  readonly store: Store;
  readonly who: Asker;
  /** Those that are for the pod. */
  readonly rules: readonly ApplyingRule[];
}

const pod = ({ namespace, serviceAccount }: Asker): string => `ServiceAccount ${namespace}/${serviceAccount}`;

/** Says that a pod may not read a key, which rules there are for it, and what can be done. `key` is quoted, with what there is to say of it. */
export const keyRefusal = (key: string, { store, who, rules }: Refused): string =>
  `${pod(who)} may not read ${key} of ${storeText(store)}: no ExternalSecret of namespace ${who.namespace} names it for this store, and ${rulesText(rules, store)}; name the key in an ExternalSecret of the namespace, or have spec.access of the store extended`;

/** The same where a pod may look for none; an ExternalSecret's word for a search is none for what it might bring. */
export const findRefusal = ({ store, who, rules }: Refused): string =>
  `${pod(who)} may not look for keys in ${storeText(store)}: that takes an item of spec.access, and ${rulesText(rules, store)}; name the keys one by one in an ExternalSecret of namespace ${who.namespace}, or have spec.access of the store extended`;
