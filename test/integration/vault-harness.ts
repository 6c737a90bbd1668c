import { inspect } from 'node:util';
import { afterEach } from '@jest/globals';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource, PlanStore, VaultStorePlan } from '../../lib/plan.ts';
import { Redacted } from '../../lib/redacted.ts';
import type { Provider, ReadOutcome } from '../../providers/provider.ts';
import { openVault } from '../../providers/vault/open.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { startVaultServer, type VaultServer } from '../emulators/vault/server.ts';
import type { VaultSetup } from '../emulators/vault/setup.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { kubernetesLogin, vaultAt } from '../support/stand-in-connections.ts';

export const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A text that no log, error or record may have in any form. */
export const canary = 'c4nary/ü+val ue';

export const boundRole = {
  bound_service_account_names: ['app'],
  bound_service_account_namespaces: ['payments'],
  audience: 'vault',
  token_policies: ['app'],
  token_ttl: '15m',
};

export const jwtRole = {
  role_type: 'jwt',
  user_claim: 'sub',
  bound_audiences: ['vault'],
  bound_subject: 'system:serviceaccount:payments:app',
  token_policies: ['app'],
  token_ttl: '15m',
};

const setup: VaultSetup = {
  policies: {
    app: `
      path "kv/data/payments/*" { capabilities = ["read"] }
      path "kv/data/data/*" { capabilities = ["read"] }
      path "old/payments/*" { capabilities = ["read"] }
      path "team-a/kv/data/*" { capabilities = ["read"] }
      path "database/creds/readonly" { capabilities = ["read"] }
      path "database/creds/gone" { capabilities = ["read"] }
      path "database/static-creds/*" { capabilities = ["read"] }
      path "pki/issue/*" { capabilities = ["update"] }
    `,
  },
  auth: {
    kubernetes: { type: 'kubernetes', roles: { app: boundRole } },
    'clusters/blue': { type: 'jwt', roles: { app: jwtRole } },
  },
  mounts: {
    kv: {},
    old: { version: 1 },
    'team-a/kv': {},
    secret: {},
    database: {
      type: 'database',
      roles: { readonly: { default_ttl: '1h', max_ttl: '2h' } },
      staticRoles: { app: { username: 'app', rotation_period: '1h' } },
    },
    pki: {
      type: 'pki',
      roles: {
        web: { allowed_domains: 'payments.svc', allow_subdomains: true, max_ttl: '72h', ttl: '24h' },
        leased: { allow_any_name: true, generate_lease: true, ttl: '1h' },
      },
    },
  },
  secrets: {
    'kv/payments/db': { user: 'app', password: `${canary}1` },
    'kv/payments/api': { token: `${canary}2` },
    'kv/other/db': { password: `${canary}3` },
    'kv/data/db': { password: `${canary}4` },
    'old/payments/db': { user: 'old', password: `${canary}5` },
    'team-a/kv/app': { password: `${canary}6` },
  },
};

interface PodTokenOptions {
  readonly audience?: string;
  readonly serviceAccount?: string;
  readonly seconds?: number;
}

export interface Game {
  readonly vault: VaultServer;
  readonly issuer: ServiceAccountIssuer;
  readonly clock: ManualClock;
  /** A fresh token of the pod's ServiceAccount. */
  readonly podToken: (over?: PodTokenOptions) => Promise<string>;
  readonly open: (over?: Opening) => Promise<Opened>;
}

export interface Opening {
  readonly store?: Partial<VaultStorePlan>;
  readonly auth?: Partial<VaultStorePlan['auth']>;
  /** Default: a fresh token at each call. */
  readonly readToken?: () => Promise<string>;
  /** Default: an empty one. */
  readonly session?: { text?: string };
}

export interface Opened {
  readonly provider: Provider;
  readonly logs: unknown[][];
  /** `operation outcome` of each request, in the order of their ends. */
  readonly records: string[];
  readonly session: { text?: string };
  /** Reads keys (`key`, `key?version=…`, `key?parameter.<name>=…`). */
  readonly read: (...keys: string[]) => Promise<readonly ReadOutcome[]>;
  /** As `read`, each outcome as one line. */
  readonly lines: (...keys: string[]) => Promise<string[]>;
}

export const source = (text: string): PlanSource => {
  const [key = '', query] = text.split('?parameter.');
  const [name = '', version] = key.split('?version=');
  const parameters = query?.split('&parameter.').map((parameter) => {
    const [parameterName = '', value = ''] = parameter.split('=');
    return { name: parameterName, value };
  });
  return {
    store: 0,
    key: name,
    intervalSeconds: 60,
    ...(version === undefined ? {} : { version }),
    ...(parameters === undefined ? {} : { parameters }),
  };
};

export const line = (outcome: ReadOutcome): string => {
  if (!outcome.ok) return `${outcome.error.code}: ${outcome.error.message}`;
  const { bytes, version } = outcome.value;
  return `${bytes.reveal().toString()}${version === undefined ? '' : ` v${version}`}`;
};

export const recorder = (logs: unknown[][]): Logger => {
  const add = (...entry: unknown[]): void => {
    logs.push(entry);
  };
  return { debug: add, info: add, warn: add, error: add };
};

/** A Vault stand-in with two auth methods and five engines, and a pod's way to it. Time stands still until it is moved. */
export const startGame = async (): Promise<Game> => {
  const clock = new ManualClock();
  const issuer = await ServiceAccountIssuer.create({ clock, keyType: 'ec' });
  const vault = await startVaultServer({ clock, keys: () => issuer.jwks(), setup });
  closers.push(() => vault.close());
  const podToken: Game['podToken'] = async ({
    audience = 'vault',
    serviceAccount = 'app',
    seconds = 600,
  } = {}) => {
    const request = {
      namespace: 'payments',
      serviceAccount,
      audiences: [audience],
      expirationSeconds: seconds,
    };
    return (await issuer.issue(request)).token;
  };
  const storeOf = ({ store, auth }: Opening): PlanStore => ({
    name: 'vault-backend',
    kind: 'SecretStore',
    provider: {
      ...vaultAt(vault),
      auth: { ...kubernetesLogin, ...auth },
      ...store,
    },
  });
  const open = async (over: Opening = {}): Promise<Opened> => {
    const { readToken = podToken, session = {} } = over;
    const logs: unknown[][] = [];
    const records: string[] = [];
    const provider = await openVault(storeOf(over), {
      clock,
      log: recorder(logs),
      session: {
        load: () => session.text,
        save: (text) => {
          session.text = text;
        },
      },
      readToken: async () => new Redacted(await readToken()),
      resolvePath: (path) => path,
      record: ({ operation, outcome }) => {
        records.push(`${operation} ${outcome}`);
      },
    });
    closers.push(() => {
      provider.close();
    });
    const read = (...keys: string[]) => provider.read(keys.map(source), new AbortController().signal);
    return {
      provider,
      logs,
      records,
      session,
      read,
      lines: async (...keys) => (await read(...keys)).map(line),
    };
  };
  return { vault, issuer, clock, podToken, open };
};

/** Everything in a value that could be printed, in every form in which a canary might hide. */
export const leaks = (...values: unknown[]): string[] => {
  const shown = values.map((value) => inspect(value, { depth: 20, showHidden: true, getters: true }));
  const text = [...shown, JSON.stringify(values)].join('\n');
  const forms = [
    canary,
    'c4nary',
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    Buffer.from(canary).toString('hex'),
    ...['base64', 'base64url'].map((encoding) =>
      Buffer.from('c4nary')
        .toString(encoding as 'base64')
        .replace(/=+$/, ''),
    ),
  ];
  return forms.filter((form) => text.includes(form));
};
