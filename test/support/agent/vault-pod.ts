import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import type { Plan, PlanStore } from '../../../lib/plan.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import type { JsonObject } from '../../emulators/vault/answer.ts';
import { startVaultServer, type VaultServer } from '../../emulators/vault/server.ts';
import { makePod } from './in-process.ts';
import { fileAt, fileStore, planOf, sourceOf } from './plans.ts';
import { kubernetesLogin, vaultAt } from '../stand-in-connections.ts';

export interface VaultPodOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** `{default_ttl, max_ttl}` of the database role. */
  readonly database?: JsonObject;
  /** `{token_ttl, token_max_ttl}` of the pod's login. */
  readonly login?: JsonObject;
  /** Default: 1, for starts that are to fail soon. */
  readonly startTimeoutSeconds?: number;
}

export interface VaultPod {
  readonly vault: VaultServer;
  readonly store: PlanStore;
  /** A database user of the store `vault`, and a key of a `file` store, which is down until it is there. */
  readonly plan: Plan;
  readonly root: string;
  /** How many database users were ever made. */
  readonly made: () => number;
  /** Brings the other store up. */
  readonly bringUp: (key?: string) => void;
}

const policies = {
  app: `
    path "database/creds/app" { capabilities = ["read"] }
    path "pki/issue/web" { capabilities = ["update"] }
  `,
};

/** A Vault stand-in with a database and a certificate authority, and a pod that may use both. */
export const startVaultPod = async (options: VaultPodOptions = {}): Promise<VaultPod> => {
  const { clock, database = {}, login = {}, startTimeoutSeconds = 1 } = options;
  const ticking = clock === undefined ? {} : { clock };
  const issuer = await ServiceAccountIssuer.create({ ...ticking, keyType: 'ec' });
  const role = {
    bound_service_account_names: ['app'],
    bound_service_account_namespaces: ['payments'],
    audience: 'vault',
    token_policies: ['app'],
    token_ttl: '1h',
    ...login,
  };
  const vault = await startVaultServer({
    ...ticking,
    keys: () => issuer.jwks(),
    setup: {
      policies,
      auth: { kubernetes: { type: 'kubernetes', roles: { app: role } } },
      mounts: {
        kv: {},
        database: { type: 'database', roles: { app: database } },
        pki: { type: 'pki', roles: { web: { allowed_domains: ['svc'], allow_subdomains: true } } },
      },
    },
  });
  const store: PlanStore = {
    name: 'vault',
    kind: 'SecretStore',
    provider: {
      ...vaultAt(vault),
      auth: kubernetesLogin,
    },
  };
  const root = makePod();
  mkdirSync(join(root, 'store'));
  const { token } = await issuer.issue({
    namespace: 'payments',
    serviceAccount: 'app',
    audiences: ['vault'],
    expirationSeconds: 24 * 3_600,
  });
  writeFileSync(join(root, 'keyferry/identity/tokens/vault'), token);
  return {
    vault,
    store,
    root,
    plan: planOf({
      stores: [store, fileStore('plain')],
      sources: [sourceOf('database/creds/app'), sourceOf('key', { store: 1 })],
      files: [fileAt('user', { property: 'username' }), fileAt('key', { source: 1 })],
      startTimeoutSeconds,
    }),
    made: () => vault.requests.count({ path: 'database/creds/app', status: 200 }),
    bringUp: (key = 'k1') => {
      writeFileSync(join(root, 'store/plain.json'), JSON.stringify({ key }));
    },
  };
};
