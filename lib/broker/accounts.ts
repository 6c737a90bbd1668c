import type { Identity } from '../connections/identity.ts';
import { roleAnnotation } from '../connections/aws-login.ts';
import { takesToken } from '../connections/vault.ts';
import type { ServiceAccountName } from '../stores/service-account.ts';
import type { Store } from '../stores/store.ts';
import type { VaultAuth } from '../stores/vault-auth.ts';
import { quoted } from '../text.ts';
import type { BrokerInstall } from './install.ts';

/** A ServiceAccount by its full name. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The ServiceAccount that a store wants to log in as, as it says it; undefined: whoever reads it. */
export const serviceAccountOf = ({ provider }: Store): ServiceAccountName | undefined => {
  if (provider.type === 'vault') return takesToken(provider.auth) ? provider.auth.serviceAccount : undefined;
  return provider.type === 'aws' ? provider.serviceAccount : undefined;
};

/** The same in full, for a pod of a namespace. */
export const accountOf = (store: Store, namespace: string): Account | undefined => {
  const wanted = serviceAccountOf(store);
  return wanted && { namespace: wanted.namespace ?? namespace, name: wanted.name };
};

export const isGranted = ({ serviceAccounts }: BrokerInstall, { namespace, name }: Account): boolean =>
  serviceAccounts.some((granted) => granted.namespace === namespace && granted.name === name);

const vaultRole = ({ role }: VaultAuth): string =>
  role === undefined ? "the auth method's default role" : `the Vault role ${quoted(role)}`;

/** How the backend lets a ServiceAccount in, to be read after `or `. */
const binding = ({ provider }: Store, account: string): string => {
  if (provider.type === 'vault' && takesToken(provider.auth))
    return `bind ${vaultRole(provider.auth)} to ${account}`;
  if (provider.type !== 'aws' || provider.roles.role === undefined)
    return `have its role's trust policy admit ${account}, annotate that with ${roleAnnotation}`;
  return `have the trust policy of ${provider.roles.role} admit ${account}`;
};

/** Why a pod is not served by a store that logs in as another ServiceAccount, and every way out. */
export const mismatch = (
  store: Store,
  { namespace, name }: Account,
  identity: Identity,
  hasBroker: boolean,
): string => {
  const theirs = `${namespace}/${name}`;
  const ours = quoted(`${identity.namespace}/${identity.serviceAccount}`);
  const way =
    namespace === identity.namespace ? `run the pod as it (spec.serviceAccountName: ${name}), or ` : '';
  const broker = hasBroker
    ? `, or have the install let the broker log in as it (broker.serviceAccounts: ${theirs})`
    : ' (logging in for another ServiceAccount takes the broker, which this install does not have)';
  return (
    `it logs in as ServiceAccount ${quoted(theirs)}, but the pod runs as ${ours}: ` +
    `${way}${binding(store, ours)} and drop serviceAccountRef${broker}`
  );
};
