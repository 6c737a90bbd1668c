import type { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startVaultServer } from '../test/emulators/vault/server.ts';
import type { Upstream } from './upstream.ts';

const credentialsPath = 'kv/payments/db';

/** The payments team's Vault: database credentials in KV v2, and a role for the pods that run as `payments/payments-api`. */
export const startPaymentsVault = async (
  issuer: ServiceAccountIssuer,
  password: string,
): Promise<Upstream> => {
  const vault = await startVaultServer({
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
  return {
    title: 'Vault',
    provider: 'vault',
    url: vault.url,
    holds: "the payments team's database credentials",
    rotates: "the database's password rotates in Vault",
    address: { server: vault.url, caBundle: Buffer.from(vault.caPem).toString('base64') },
    rotate: async (secret) => {
      await vault.rotate(credentialsPath, { password: secret });
    },
    [Symbol.asyncDispose]: () => vault.close(),
  };
};
