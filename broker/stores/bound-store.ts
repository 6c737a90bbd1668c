import type { BrokerLogin } from '../../lib/broker/route.ts';
import type { Store } from '../../lib/stores/store.ts';

const bound = new WeakMap<Store, Map<string, Store>>();

const withAccount = (store: Store, serviceAccount: { namespace: string; name: string }): Store => {
  const { provider } = store;
  if (provider.type === 'vault' && (provider.auth.method === 'kubernetes' || provider.auth.method === 'jwt'))
    return { ...store, provider: { ...provider, auth: { ...provider.auth, serviceAccount } } };
  return provider.type === 'aws' ? { ...store, provider: { ...provider, serviceAccount } } : store;
};

/**
 * A store with the ServiceAccount that it is read as written out. A ClusterSecretStore that names one without a namespace means another
 * account for each namespace of pods, so what is read for them is not the same, although the manifest is. The same store and account give the
 * same object.
 */
export const boundStore = (store: Store, login: BrokerLogin): Store => {
  if (login.kind !== 'service-account') return store;
  const { namespace, name } = login;
  const known = bound.get(store) ?? new Map<string, Store>();
  bound.set(store, known);
  const key = `${namespace}/${name}`;
  const found = known.get(key) ?? withAccount(store, { namespace, name });
  known.set(key, found);
  return found;
};
