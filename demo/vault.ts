import type { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startVaultServer, type VaultServer } from '../test/emulators/vault/server.ts';

export const credentialsPath = 'kv/payments/db';

/** The payments team's Vault: database credentials in KV v2, and a role for the pods that run as `payments/payments-api`. */
export const startPaymentsVault = (issuer: ServiceAccountIssuer, password: string): Promise<VaultServer> =>
  startVaultServer({
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: {
      policies: { 'payments-api': 'path "kv/data/payments/*" { capabilities = ["read"] }' },
      auth: {
        kubernetes: {
          type: 'kubernetes',
          roles: {
            'payments-api': {
              bound_service_account_names: ['payments-api'],
              bound_service_account_namespaces: ['payments'],
              audience: 'vault',
              token_policies: ['payments-api'],
              token_ttl: '20m',
            },
          },
        },
      },
      mounts: { kv: { version: 2 } },
      secrets: { [credentialsPath]: { username: 'payments', password } },
    },
  });
