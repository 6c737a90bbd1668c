import type { CredentialRef } from '../stores/credential.ts';
import type { Store } from '../stores/store.ts';
import type { VaultStaticAuth } from '../stores/vault-auth.ts';
import { takesToken } from '../connections/vault.ts';
import type { BrokerCredential, BrokerInstall } from './install.ts';

const refsOfVault = (auth: VaultStaticAuth): readonly CredentialRef[] => {
  switch (auth.method) {
    case 'appRole':
      return [...(typeof auth.roleId === 'string' ? [] : [auth.roleId]), auth.secretId];
    case 'token':
      return [auth.token];
    case 'cert':
      return [auth.certificate, auth.key];
  }
};

/** Every file of a credential that a store logs in with; none where it logs in with a ServiceAccount's token. */
export const credentialRefsOf = ({ provider }: Store): readonly CredentialRef[] => {
  switch (provider.type) {
    case 'vault':
      return takesToken(provider.auth) ? [] : refsOfVault(provider.auth);
    case 'aws': {
      if (provider.accessKey === undefined) return [];
      const { accessKeyId, secretAccessKey, sessionToken } = provider.accessKey;
      return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
    }
    case 'bitwardensecretsmanager':
      return [provider.token];
    case 'file':
      return [];
  }
};

/** The names of the credentials that a store logs in with, each once; none where it logs in with a ServiceAccount's token. */
export const credentialNamesOf = (store: Store): readonly string[] => [
  ...new Set(credentialRefsOf(store).map(({ name }) => name)),
];

/** The install's entry for a credential that a store names: of the store's own scope, never of another. */
export const credentialFor = (
  { credentials }: BrokerInstall,
  { kind, namespace }: Pick<Store, 'kind' | 'namespace'>,
  name: string,
): BrokerCredential | undefined => {
  const scope = kind === 'ClusterSecretStore' ? undefined : (namespace ?? '');
  return credentials.find((credential) => credential.name === name && credential.namespace === scope);
};
