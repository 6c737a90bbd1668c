import { given } from '../given.ts';
import type { VaultStorePlan } from '../plan.ts';
import type { VaultStore } from '../stores/vault.ts';
import type { VaultAuth, VaultStaticAuth } from '../stores/vault-auth.ts';
import type { VaultConnection } from './connection.ts';
import { tokenFor, type TokenProjection } from './token.ts';

/** Whether a ServiceAccount's token logs in, and not a credential of the broker's. */
export const takesToken = (auth: VaultStore['auth']): auth is VaultAuth =>
  auth.method === 'kubernetes' || auth.method === 'jwt';

const addressOf = (
  { server, path, kvVersion, namespace, caBundle, serverName }: VaultStore,
  allowHttp: boolean,
): Omit<VaultStorePlan, 'auth'> => ({
  type: 'vault',
  server,
  allowHttp,
  path,
  kvVersion,
  ...given({ namespace, caBundle, serverName }),
});

/** A Vault that a ServiceAccount's token opens. */
export const vaultWithToken = (
  vault: VaultStore,
  auth: VaultAuth,
  allowHttp: boolean,
): { readonly provider: VaultStorePlan; readonly token: TokenProjection } => {
  const { method, mountPath, role, namespace, audience, tokenExpirationSeconds } = auth;
  const token = tokenFor(audience, tokenExpirationSeconds);
  return {
    provider: {
      ...addressOf(vault, allowHttp),
      auth: { method, mountPath, ...given({ role, namespace }), token: token.name },
    },
    token,
  };
};

/** A Vault that a credential of the broker's opens. */
export const vaultWithCredential = (
  vault: VaultStore,
  auth: VaultStaticAuth,
  allowHttp: boolean,
): VaultConnection => ({ ...addressOf(vault, allowHttp), auth });
