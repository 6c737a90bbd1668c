import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { openStores, type Stores } from '../../broker/stores/open.ts';
import type { BrokerInstall } from '../../lib/broker/install.ts';
import { connect } from '../../lib/kube/connection.ts';
import { readStore, type Store } from '../../lib/stores/store.ts';
import type { Provider } from '../../providers/provider.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi } from '../emulators/kube-api/kube-api.ts';
import { startVaultServer, type VaultServer } from '../emulators/vault/server.ts';
import { manifestsIn } from '../support/deployed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recorder } from './vault-harness.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const system = 'keyferry-system';

const boundTo = (namespace: string, name: string): Record<string, unknown> => ({
  bound_service_account_names: [name],
  bound_service_account_namespaces: [namespace],
  audience: 'vault',
  token_policies: ['reader'],
  token_ttl: '15m',
});

export interface BrokerStores {
  readonly api: KubeApi;
  readonly vault: VaultServer;
  readonly clock: ManualClock;
  readonly logs: unknown[][];
  /** What the install lets the broker use. */
  readonly list: (install: Partial<BrokerInstall>) => void;
  /** Writes a file of a mounted credential. */
  readonly mount: (path: string, text: string) => void;
  /** A store of this Vault. */
  readonly store: (auth: object, over?: StoreOver) => Store;
  /** Makes a ClusterSecretStore one that credentials can be kept in. */
  readonly keepIn: (store: Store | undefined, name?: string) => void;
  readonly open: (store: Store) => Promise<Provider>;
  readonly openError: (store: Store) => Promise<string>;
}

interface StoreOver {
  readonly kind?: 'SecretStore' | 'ClusterSecretStore';
  readonly namespace?: string;
  readonly name?: string;
}

/** Reads a key of a provider as one line. */
export const readLine = async (provider: Provider, key = 'db'): Promise<string> => {
  const [outcome] = await provider.read(
    [{ store: 0, key, intervalSeconds: 60 }],
    new AbortController().signal,
  );
  if (outcome?.ok === true) return outcome.value.bytes.reveal().toString();
  return `${outcome?.error.code ?? ''}: ${outcome?.error.message ?? ''}`;
};

/** An API server that gives tokens to the broker with the rights of `deploy/base`, a Vault that takes them, and the broker's stores. */
export const startStores = async (): Promise<BrokerStores> => {
  const clock = new ManualClock();
  const issuer = await ServiceAccountIssuer.create({ clock, keyType: 'ec' });
  const api = await startKubeApi({ issuer, clock });
  closers.push(() => api.close());
  const vault = await startVaultServer({
    clock,
    keys: () => issuer.jwks(),
    setup: {
      policies: { reader: 'path "kv/*" { capabilities = ["read"] }' },
      auth: {
        kubernetes: {
          type: 'kubernetes',
          roles: { broker: boundTo(system, 'keyferry-broker'), reader: boundTo('payments', 'reader') },
        },
        approle: {
          type: 'approle',
          roles: { app: { role_id: 'app', token_policies: 'reader', token_ttl: '15m' } },
          secretIds: { app: ['first', 'second'] },
        },
      },
      mounts: { kv: {} },
      secrets: { 'kv/db': { password: 'p1' }, 'kv/boot': { 'secret-id': 'first', alone: 'second' } },
    },
  });
  closers.push(() => vault.close());
  api.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: system } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'payments' } },
    ...manifestsIn('base/broker-service-account.yaml', 'base/broker-rbac.yaml'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-stores-'));
  closers.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig(`system:serviceaccount:${system}:keyferry-broker`));
  const connection = connect({ kind: 'kubeconfig', path: kubeconfig });
  if (!connection.ok) throw new Error(connection.error);
  const root = join(folder, 'credentials');
  mkdirSync(root);
  let install: BrokerInstall = { credentials: [], serviceAccounts: [] };
  const clusterStores = new Map<string, Store>();
  const logs: unknown[][] = [];
  const ending = new AbortController();
  closers.push(() => {
    ending.abort();
  });
  const stores: Stores = openStores({
    connection: connection.value,
    own: { namespace: system, name: 'keyferry-broker' },
    install: () => install,
    credentialsRoot: root,
    allowHttp: false,
    clusterStore: (name) => clusterStores.get(name),
    clock,
    log: recorder(logs),
    record: () => undefined,
    signal: ending.signal,
  });
  const store: BrokerStores['store'] = (
    auth,
    { kind = 'ClusterSecretStore', namespace, name = 'shared' } = {},
  ) => {
    const { store: read, problems } = readStore({
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      spec: {
        provider: {
          vault: {
            server: vault.url,
            path: 'kv',
            caBundle: Buffer.from(vault.caPem).toString('base64'),
            auth,
          },
        },
      },
    });
    if (read === undefined) throw new Error(problems.join('; '));
    return read;
  };
  return {
    ...{ api, vault, clock, logs, store },
    list: (next) => {
      install = { credentials: [], serviceAccounts: [], ...next };
    },
    mount: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    keepIn: (kept, name = 'boot') => {
      if (kept === undefined) clusterStores.delete(name);
      else clusterStores.set(name, kept);
    },
    open: async (one) => {
      const opened = await stores.open(one);
      if (!opened.ok) throw new Error(opened.error.message);
      closers.push(() => {
        opened.value.close();
      });
      return opened.value;
    },
    openError: async (one) => {
      const opened = await stores.open(one);
      return opened.ok ? 'opened' : `${opened.error.code}: ${opened.error.message}`;
    },
  };
};
