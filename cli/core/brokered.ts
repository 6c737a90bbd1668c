import { routeOf, type BrokerLogin } from '../../lib/broker/route.ts';
import type { Plan } from '../../lib/plan.ts';
import { readStore, type Store } from '../../lib/stores/store.ts';
import type { Catalogue } from '../../webhook/core/catalogue.ts';
import type { Settings } from '../../webhook/core/settings.ts';

/** A store that the broker reads for a pod: the plan alone does not say how. */
export interface BrokeredStore {
  readonly store: Store;
  readonly as: BrokerLogin;
}

/** The stores of a plan that the broker reads, by the plan's index. */
export const brokeredStores = (
  { stores, namespace, serviceAccount }: Plan,
  { catalogue, settings }: { readonly catalogue: Catalogue; readonly settings: Settings },
): ReadonlyMap<number, BrokeredStore> => {
  const found = new Map<number, BrokeredStore>();
  stores.forEach(({ kind, name, provider }, index) => {
    if (provider.type !== 'broker') return;
    const manifest = catalogue.storeOfKind(kind, namespace, name);
    const store = manifest && readStore(manifest).store;
    if (store === undefined) return;
    const route = routeOf(store, { namespace, serviceAccount }, settings.broker?.install);
    if (route.by === 'broker') found.set(index, { store, as: route.as });
  });
  return found;
};
