import type { PlanStore } from '../plan.ts';
import type { Store } from '../stores/store.ts';
import { awsWithKey, awsWithToken } from './aws.ts';
import type { ProviderStore } from './connection.ts';
import type { Identity } from './identity.ts';
import type { TokenProjection } from './token.ts';
import { takesToken, vaultWithCredential, vaultWithToken } from './vault.ts';

export interface ConnectionOptions {
  /** Who reads: the pod, or whom the broker logs in as. */
  readonly identity: Identity;
  /** Whether the install lets stores name http servers. */
  readonly allowHttp: boolean;
  /** Folder that file stores must lie in; undefined: the file provider is off. */
  readonly fileRoot?: string | undefined;
}

/** A store as a provider opens it, and the token that opens it, where one does. */
export interface Connection<T extends ProviderStore = ProviderStore> {
  readonly store: T;
  readonly token?: TokenProjection;
}

type Opened<T extends ProviderStore> = Pick<Connection<T>, 'token'> & { readonly provider: T['provider'] };

const openWithToken = (
  store: Store,
  { identity, allowHttp, fileRoot = '' }: ConnectionOptions,
): Opened<PlanStore> | undefined => {
  const { provider } = store;
  switch (provider.type) {
    case 'vault': {
      const { auth } = provider;
      return takesToken(auth) ? vaultWithToken(provider, auth, allowHttp) : undefined;
    }
    case 'aws':
      return provider.accessKey === undefined
        ? awsWithToken({ store, aws: provider, identity, allowHttp })
        : undefined;
    case 'file':
      return { provider: { type: 'file', path: provider.path, root: fileRoot } };
    case 'bitwardensecretsmanager':
      return undefined;
  }
};

const openWithCredential = (
  store: Store,
  { identity, allowHttp }: ConnectionOptions,
): ProviderStore['provider'] | undefined => {
  const { provider } = store;
  if (provider.type === 'bitwardensecretsmanager') return { ...provider, allowHttp };
  if (provider.type === 'aws' && provider.accessKey !== undefined)
    return awsWithKey({ store, aws: provider, identity, allowHttp }, provider.accessKey);
  if (provider.type !== 'vault') return undefined;
  const { auth } = provider;
  return takesToken(auth) ? undefined : vaultWithCredential(provider, auth, allowHttp);
};

/** A store as a pod's own identity opens it; undefined where it takes a credential that only the broker keeps. */
export const podConnectionOf = (
  store: Store,
  options: ConnectionOptions,
): Connection<PlanStore> | undefined => {
  const { kind, name } = store;
  const opened = openWithToken(store, options);
  if (opened === undefined) return undefined;
  const { provider, ...token } = opened;
  return { store: { name, kind, provider }, ...token };
};

/** A store as the broker opens it: with the credential that it names, else with a token of `identity`. */
export const connectionOf = (store: Store, options: ConnectionOptions): Connection => {
  const { kind, name } = store;
  const provider = openWithCredential(store, options);
  if (provider !== undefined) return { store: { name, kind, provider } };
  const connection = podConnectionOf(store, options);
  if (connection === undefined) throw new Error(`${kind} ${name} has neither a credential nor a login`);
  return connection;
};
