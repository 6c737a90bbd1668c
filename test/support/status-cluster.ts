import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiCache } from '../../lib/kube/api-cache.ts';
import type { ObjectCache } from '../../lib/kube/cache.ts';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';
import type { LeaseHolder } from '../../lib/kube/lease-holder.ts';
import type { ObjectStatus } from '../../webhook/core/object-status.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { startLeader } from '../../webhook/leader.ts';
import { writeStatuses } from '../../webhook/status/writer.ts';
import { startKubeApi, type KubeApi } from '../emulators/kube-api/kube-api.ts';
import { manifestsIn } from './deployed.ts';
import { logLines, type LogLine } from './log-lines.ts';
import type { ManualClock } from './manual-clock.ts';

const files = [
  'base/namespace.yaml',
  'base/crd-secretstores.yaml',
  'base/crd-clustersecretstores.yaml',
  'base/crd-externalsecrets.yaml',
  'base/service-account.yaml',
  'base/rbac.yaml',
  'components/external-secrets-operator/rbac.yaml',
];
const namespace = 'keyferry-system';
const account = `system:serviceaccount:${namespace}:keyferry-webhook`;

interface Replica {
  readonly holder: LeaseHolder;
  readonly cache: ObjectCache;
}

/** A stand-in API server with what `deploy/base` installs, and replicas that keep statuses with the rights that it gives them. */
export class StatusCluster {
  readonly api: KubeApi;
  readonly lines: LogLine[];
  readonly #clock: ManualClock;
  readonly #connection: KubeConnection;
  readonly #folder: string;
  readonly #log: ReturnType<typeof logLines>['log'];
  readonly #replicas: Replica[] = [];

  private constructor(parts: {
    api: KubeApi;
    clock: ManualClock;
    connection: KubeConnection;
    folder: string;
  }) {
    this.api = parts.api;
    this.#clock = parts.clock;
    this.#connection = parts.connection;
    this.#folder = parts.folder;
    const { log, lines } = logLines();
    this.#log = log;
    this.lines = lines;
  }

  static async open(clock: ManualClock): Promise<StatusCluster> {
    const api = await startKubeApi({ clock });
    api.apply(...manifestsIn(...files));
    api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } });
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-status-'));
    const path = join(folder, 'kubeconfig');
    await writeFile(path, api.kubeconfig(account));
    const connection = connect({ kind: 'kubeconfig', path });
    if (!connection.ok) throw new Error(connection.error);
    return new StatusCluster({ api, clock, connection: connection.value, folder });
  }

  async close(): Promise<void> {
    this.api.fault = () => undefined;
    for (const { holder, cache } of this.#replicas) {
      await holder.stop();
      await cache.stop();
    }
    await this.api.close();
    await rm(this.#folder, { recursive: true });
  }

  start(settings: Partial<Settings> = {}): LeaseHolder {
    const common = { clock: this.#clock, random: () => 0.5, log: this.#log };
    const all = { ...defaultSettings, ...settings };
    const connection = this.#connection;
    const externalSecretsOperator = all.externalSecretsOperatorRead;
    const cache = startApiCache({ ...common, connection, externalSecretsOperator });
    const replica = `replica-${this.#replicas.length + 1}`;
    const holder = startLeader({
      ...{ ...common, connection, namespace, replica },
      duties: [(signal) => writeStatuses({ ...common, connection, cache, settings: all }, signal)],
    });
    this.#replicas.push({ holder, cache });
    return holder;
  }

  store(name: string, provider: object, more: object = {}): void {
    this.api.apply({
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'SecretStore',
      metadata: { name, namespace: 'payments', ...more },
      spec: { provider },
    });
  }

  externalSecret(name: string, store: string): void {
    this.api.apply({
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'ExternalSecret',
      metadata: { name, namespace: 'payments' },
      spec: {
        secretStoreRef: { name: store, kind: 'SecretStore' },
        data: [{ secretKey: 'password', remoteRef: { key: 'payments/db', property: 'password' } }],
      },
    });
  }

  status(plural: string, name: string): ObjectStatus | undefined {
    const inNamespace = plural === 'clustersecretstores' ? undefined : 'payments';
    return this.api.get(`${plural}.keyferry.dev`, name, inNamespace)?.['status'] as ObjectStatus | undefined;
  }

  /** The verdict alone: status, reason and message. */
  verdict(plural: string, name: string): readonly string[] | undefined {
    const condition = this.status(plural, name)?.conditions[0];
    return condition && [condition.status, condition.reason, condition.message];
  }

  /** Statuses that were written: paths and what came of it. */
  writes(): readonly { readonly path: string; readonly status: number }[] {
    return this.api.requests
      .filter(({ method, path }) => method === 'PATCH' && path.split('?')[0]?.endsWith('/status'))
      .map(({ path, status }) => ({ path: path.split('?')[0] ?? '', status }));
  }
}

export const vault = {
  vault: {
    server: 'https://vault.example:8200',
    path: 'kv',
    auth: {
      kubernetes: { mountPath: 'kubernetes', role: 'payments', serviceAccountRef: { audiences: ['vault'] } },
    },
  },
};
