import { afterEach } from '@jest/globals';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { makeServerCertificate } from '../../../emulators/shared/certificate.ts';
import { startVaultServer } from '../../../emulators/vault/server.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { callVault } from '../../../support/vault-client.ts';
import type { TokenRequest } from '../../../emulators/issuer/issuer.ts';
import type { VaultServer, VaultServerOptions } from '../../../emulators/vault/server.ts';
import type { VaultSetup } from '../../../emulators/vault/setup.ts';
import type { VaultCall, VaultReply } from '../../../support/vault-client.ts';

/** A payments team: one policy, roles with and without an audience, secrets in both versions of KV. */
export const payments: VaultSetup = {
  policies: {
    payments: 'path "secret/data/payments/*" { capabilities = ["read"] }',
  },
  auth: {
    kubernetes: {
      type: 'kubernetes',
      roles: {
        fraud: {
          bound_service_account_names: 'fraud',
          bound_service_account_namespaces: 'payments',
          audience: 'vault',
          token_policies: 'payments',
          token_ttl: '10m',
          token_max_ttl: '1h',
        },
        'fraud-any': {
          bound_service_account_names: 'fraud',
          bound_service_account_namespaces: 'payments',
          token_policies: 'payments',
        },
        globs: {
          bound_service_account_names: 'fr*d',
          bound_service_account_namespaces: 'pay*',
          audience: 'vault',
        },
      },
    },
    jwt: {
      type: 'jwt',
      roles: {
        fraud: {
          role_type: 'jwt',
          bound_audiences: 'vault',
          bound_subject: 'system:serviceaccount:payments:fraud',
          user_claim: 'sub',
          token_policies: 'payments',
          token_ttl: '10m',
        },
      },
    },
  },
  mounts: { secret: {}, old: { version: 1 }, 'teams/payments/kv': { version: 2 } },
  secrets: {
    'secret/payments/db': { username: 'app', password: 'first' },
    'secret/other/db': { password: 'not for payments' },
    'old/payments/db': { password: 'old' },
  },
};

/** A Vault with its issuer, on a clock that stands still. */
export interface Fixture {
  readonly clock: ManualClock;
  readonly issuer: ServiceAccountIssuer;
  readonly vault: VaultServer;
  readonly call: (method: string, path: string, call?: VaultCall) => Promise<VaultReply>;
  /** A token of the ServiceAccount `fraud` in `payments` for Vault. */
  readonly serviceAccountToken: (request?: Partial<TokenRequest>) => Promise<string>;
  /** A Vault token of the role `fraud`, or of another one. */
  readonly logIn: (role?: string) => Promise<string>;
}

// Making keys takes longer than everything else here.
const certificate = await makeServerCertificate(['localhost', '127.0.0.1'], Date.now());
const started: VaultServer[] = [];

afterEach(async () => {
  for (const vault of started.splice(0)) await vault.close();
});

/** Starts a Vault that ends with the test. */
export async function startFixture(options: VaultServerOptions = {}): Promise<Fixture> {
  const clock = new ManualClock();
  const issuer = await ServiceAccountIssuer.create({ keyType: 'ec', clock });
  const vault = await startVaultServer({
    clock,
    certificate,
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: payments,
    ...options,
  });
  started.push(vault);
  const call: Fixture['call'] = (method, path, sent) => callVault(vault, method, `v1/${path}`, sent);
  const serviceAccountToken: Fixture['serviceAccountToken'] = async (request = {}) => {
    const full = { namespace: 'payments', serviceAccount: 'fraud', audiences: ['vault'], ...request };
    return (await issuer.issue(full)).token;
  };
  const logIn: Fixture['logIn'] = async (role = 'fraud') => {
    const body = { role, jwt: await serviceAccountToken() };
    const reply = await call('POST', 'auth/kubernetes/login', { body });
    return (reply.body?.['auth'] as { client_token: string }).client_token;
  };
  return { clock, issuer, vault, call, serviceAccountToken, logIn };
}

/** The errors of a refusal. */
export const errorsOf = (reply: VaultReply): unknown => reply.body?.['errors'];

/** What Vault says in `data`. */
export const dataOf = (reply: VaultReply): Record<string, unknown> =>
  reply.body?.['data'] as Record<string, unknown>;

export const invalidTokenError = '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n';
export const deniedError = '1 error occurred:\n\t* permission denied\n\n';
