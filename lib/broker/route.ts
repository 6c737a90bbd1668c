import type { Identity } from '../connections/identity.ts';
import { matchesServer } from '../server-glob.ts';
import type { Store } from '../stores/store.ts';
import { quoted, sentenceList } from '../text.ts';
import { accountOf, isGranted, mismatch, serviceAccountOf, type Account } from './accounts.ts';
import { credentialFor, credentialNamesOf } from './credentials.ts';
import type { BrokerCredential, BrokerInstall } from './install.ts';
import { serversOf } from './servers.ts';

/** As whom the broker reads a store. */
export type BrokerLogin =
  /** With credentials that it keeps: those of the install's entries that the store names. */
  | { readonly kind: 'credential'; readonly credentials: readonly BrokerCredential[] }
  /** With a token that it requests for this ServiceAccount. */
  | { readonly kind: 'service-account'; readonly namespace: string; readonly name: string }
  /** With its own token. */
  | { readonly kind: 'broker' };

/** Why nobody can read a store for a pod: a sentence to be read after the store's name. */
export interface RouteProblem {
  readonly code:
    | 'broker_off'
    | 'credential_not_listed'
    | 'server_not_allowed'
    | 'service_account_mismatch'
    | 'foreign_service_account'
    | 'invalid_store';
  readonly message: string;
}

/** Who reads a store for a pod. */
export type Route =
  | { readonly by: 'agent' }
  | { readonly by: 'broker'; readonly as: BrokerLogin }
  | { readonly by: 'nobody'; readonly problems: readonly RouteProblem[] };

const agent: Route = { by: 'agent' };

const nobody = (code: RouteProblem['code'], message: string): Route => ({
  by: 'nobody',
  problems: [{ code, message }],
});

const scopeOf = ({ kind, namespace = '' }: Store): string =>
  kind === 'ClusterSecretStore' ? 'ClusterSecretStores' : `SecretStores of namespace ${quoted(namespace)}`;

const entryOf = ({ kind, namespace = '' }: Store, name: string): string =>
  kind === 'ClusterSecretStore'
    ? `name: ${name} and no namespace`
    : `name: ${name} and namespace: ${namespace}`;

const notListed = (store: Store, name: string): RouteProblem => ({
  code: 'credential_not_listed',
  message: `it names the credential ${quoted(name)}, which this install does not have for ${scopeOf(store)}; list it in the broker's configuration (credentials[] with ${entryOf(store, name)})`,
});

const serverProblems = (store: Store, { name, servers }: BrokerCredential): readonly RouteProblem[] =>
  serversOf(store)
    .filter(({ server }) => !servers.some((glob) => matchesServer(glob, server)))
    .map(({ field, server }) => ({
      code: 'server_not_allowed',
      message: `spec.provider.${field} means ${quoted(server)}; this install lets the credential ${quoted(name)} be sent to ${sentenceList(servers, 'or')} alone`,
    }));

const withCredentials = (
  store: Store,
  names: readonly string[],
  install: BrokerInstall | undefined,
): Route => {
  if (install === undefined)
    return nobody(
      'broker_off',
      'it logs in with a credential, which only the broker keeps, and this install has no broker (--broker-config)',
    );
  const found = names.map((name) => ({ name, credential: credentialFor(install, store, name) }));
  const problems = found.flatMap(({ name, credential }) =>
    credential === undefined ? [notListed(store, name)] : serverProblems(store, credential),
  );
  const credentials = found.flatMap(({ credential }) => credential ?? []);
  return problems.length > 0
    ? { by: 'nobody', problems }
    : { by: 'broker', as: { kind: 'credential', credentials } };
};

const asAccount = (account: Account): Route => ({
  by: 'broker',
  as: { kind: 'service-account', ...account },
});

/** `spec.via: broker`, of a store that a pod could read too. */
const viaBroker = (store: Store, identity: Identity, install: BrokerInstall | undefined): Route => {
  if (store.kind !== 'ClusterSecretStore')
    return nobody('invalid_store', 'spec.via belongs to a ClusterSecretStore');
  if (install === undefined)
    return nobody(
      'broker_off',
      'spec.via is "broker", and this install has no broker (--broker-config); drop it, and pods read the store themselves',
    );
  const account = accountOf(store, identity.namespace);
  if (account === undefined) return { by: 'broker', as: { kind: 'broker' } };
  if (isGranted(install, account)) return asAccount(account);
  const theirs = `${account.namespace}/${account.name}`;
  return nobody(
    'service_account_mismatch',
    `spec.via is "broker", and this install does not let the broker log in as ServiceAccount ${quoted(theirs)}: have it granted (broker.serviceAccounts: ${theirs}), or drop serviceAccountRef, and the broker logs in as itself`,
  );
};

/** A store that a ServiceAccount's token opens. */
const withToken = (store: Store, identity: Identity, install: BrokerInstall | undefined): Route => {
  const account = accountOf(store, identity.namespace);
  if (account === undefined) return agent;
  const { namespace, name } = account;
  if (store.kind === 'SecretStore' && namespace !== (store.namespace ?? identity.namespace)) {
    const own = quoted(store.namespace ?? identity.namespace);
    return nobody(
      'foreign_service_account',
      `it logs in as ServiceAccount ${quoted(`${namespace}/${name}`)}, and a SecretStore may name only those of its own namespace: name one of ${own}, or use a ClusterSecretStore`,
    );
  }
  if (namespace === identity.namespace && name === identity.serviceAccount) return agent;
  if (install !== undefined && isGranted(install, account)) return asAccount(account);
  return nobody('service_account_mismatch', mismatch(store, account, identity, install !== undefined));
};

/**
 * Decides who reads a store for a pod: its agent wherever the pod's own identity will do, else the broker where the install lets it. The
 * same at admission and in the broker.
 *
 * @param identity the pod's
 * @param install what the broker may use; undefined: there is no broker
 */
export const routeOf = (store: Store, identity: Identity, install: BrokerInstall | undefined): Route => {
  if (store.provider.type === 'file') {
    return store.via === 'broker'
      ? nobody('invalid_store', 'spec.via is "broker", which does not read files; drop it')
      : agent;
  }
  const names = credentialNamesOf(store);
  if (names.length > 0) return withCredentials(store, names, install);
  return store.via === 'broker' ? viaBroker(store, identity, install) : withToken(store, identity, install);
};

/** Whether the broker reads a store for some pods, whichever they are. */
export const mayBeBrokered = (store: Store, install: BrokerInstall): boolean => {
  const { namespace = '' } = store;
  const wanted = serviceAccountOf(store);
  // Nobody's name: what logs in as somebody, logs in for another.
  const { by } = routeOf(store, { namespace: wanted?.namespace ?? namespace, serviceAccount: '' }, install);
  if (by === 'broker') return true;
  // A name without a namespace is that of an account of each pod's.
  return (
    store.kind === 'ClusterSecretStore' &&
    wanted !== undefined &&
    wanted.namespace === undefined &&
    install.serviceAccounts.some(({ name }) => name === wanted.name)
  );
};
