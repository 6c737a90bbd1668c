import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { brokerAudience, trustConfigMap, trustKey } from '../../../lib/broker/names.ts';
import { given } from '../../../lib/given.ts';
import type { PlanBroker } from '../../../lib/plan.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import {
  startKubeApi,
  type KubeApi,
  type KubeApiOptions,
  type Manifest,
} from '../../emulators/kube-api/kube-api.ts';
import { startVaultServer, type VaultServer } from '../../emulators/vault/server.ts';
import { KeyferryProcess, type KeyferryProcessOptions } from '../keyferry-process.ts';
import { Balancer } from './balancer.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const base = join(root, 'deploy', 'base');
const system = 'keyferry-system';
const account = `system:serviceaccount:${system}:keyferry-broker`;

const baseManifests = (): readonly Manifest[] => {
  const { resources } = parse(readFileSync(join(base, 'kustomization.yaml'), 'utf8')) as {
    resources: string[];
  };
  return resources.flatMap((file) =>
    parseAllDocuments(readFileSync(join(base, file), 'utf8')).map((document) => document.toJS() as Manifest),
  );
};

/** A replica of the broker, and the name of its pod. */
export interface Replica {
  readonly name: string;
  readonly process: KeyferryProcess;
}

export type ReplicaOptions = Partial<Pick<KeyferryProcessOptions, 'command' | 'onLine' | 'program'>> & {
  readonly flags?: readonly string[];
};

/** A pod that is there, and the token that it proves itself with. */
export interface KnownPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** For the broker; good for an hour. */
  readonly token: string;
}

export interface BrokerClusterOptions {
  /** By key below `kv/`, of the shared Vault. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of the ClusterSecretStore `shared`. Default: everybody may have everything. */
  readonly access?: readonly object[];
  /** The broker's file. Default: nothing beside its own identity. */
  readonly install?: object;
  /** Local ports of services, for webhooks that are to be called. */
  readonly services?: KubeApiOptions['services'];
}

/**
 * A cluster with an API server, a Vault that only the broker logs in to (ClusterSecretStore `shared`, `via: broker`), replicas of the broker as
 * processes with the rights of `deploy/base`, and a Service in front of them.
 */
export class BrokerCluster implements AsyncDisposable {
  readonly api: KubeApi;
  readonly issuer: ServiceAccountIssuer;
  readonly vault: VaultServer;
  readonly service: Balancer;
  readonly folder: string;
  readonly #replicas = new Set<Replica>();
  #count = 0;

  private constructor(parts: {
    api: KubeApi;
    issuer: ServiceAccountIssuer;
    vault: VaultServer;
    service: Balancer;
    folder: string;
  }) {
    this.api = parts.api;
    this.issuer = parts.issuer;
    this.vault = parts.vault;
    this.service = parts.service;
    this.folder = parts.folder;
  }

  static async start(options: BrokerClusterOptions): Promise<BrokerCluster> {
    const { secrets, install = {}, access = [{ keys: ['*'] }] } = options;
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const api = await startKubeApi({ issuer, ...given({ services: options.services }) });
    const vault = await startVaultServer({
      keys: () => issuer.jwks(),
      setup: {
        policies: { broker: 'path "kv/*" { capabilities = ["read"] }' },
        auth: {
          kubernetes: {
            type: 'kubernetes',
            roles: {
              broker: {
                bound_service_account_names: ['keyferry-broker'],
                bound_service_account_namespaces: [system],
                audience: 'vault',
                token_policies: ['broker'],
                token_ttl: '1h',
              },
            },
          },
        },
        mounts: { kv: { version: 2 } },
        secrets: Object.fromEntries(
          Object.entries(secrets).map(([key, fields]) => [`kv/${key}`, { ...fields }]),
        ),
      },
    });
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-broker-'));
    mkdirSync(join(folder, 'credentials'));
    writeFileSync(join(folder, 'broker.yaml'), JSON.stringify(install));
    api.apply(
      ...baseManifests(),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'payments' } },
      {
        apiVersion: 'keyferry.dev/v1beta1',
        kind: 'ClusterSecretStore',
        metadata: { name: 'shared' },
        spec: {
          via: 'broker',
          access,
          provider: {
            vault: {
              server: vault.url,
              caBundle: Buffer.from(vault.caPem).toString('base64'),
              path: 'kv',
              auth: { kubernetes: { role: 'broker', serviceAccountRef: { audiences: ['vault'] } } },
            },
          },
        },
      },
    );
    writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig(account), { mode: 0o600 });
    return new BrokerCluster({ api, issuer, vault, service: await Balancer.start(), folder });
  }

  /** Starts a replica and waits until it is ready; the Service has it from then on. */
  async add({ flags = [], ...options }: ReplicaOptions = {}): Promise<Replica> {
    this.#count += 1;
    const name = `keyferry-broker-${this.#count}`;
    const [pod] = this.api.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: system,
        labels: { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'broker' },
      },
    });
    const file = (of: string): string => join(this.folder, of);
    const replica = {
      name,
      process: new KeyferryProcess({
        program: join(root, 'dist', 'broker.mjs'),
        ...options,
        args: [
          ...['--kubeconfig', file('kubeconfig'), '--broker-config', file('broker.yaml')],
          ...['--credentials-dir', file('credentials'), '--server-name', 'localhost'],
          ...['--shutdown-delay', '0s', ...flags],
        ],
        environment: { POD_UID: pod?.metadata.uid ?? '', POD_NAME: name, POD_NAMESPACE: system },
      }),
    };
    this.#replicas.add(replica);
    await replica.process.ready();
    await this.#aim();
    return replica;
  }

  /** Takes a replica out of the Service and ends it, as a rollout does, or kills it. */
  async remove(replica: Replica, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#replicas.delete(replica);
    await this.#aim();
    await replica.process.stop(signal);
    this.api.delete('pods', replica.name, system);
  }

  /** The certificates of the replicas, as the ConfigMap of their namespace has them. */
  get trust(): string {
    const found = this.api.get('configmaps', trustConfigMap, system);
    const data = (found?.['data'] ?? {}) as Readonly<Record<string, string>>;
    return data[trustKey] ?? '';
  }

  /** Calls `listener` whenever that may have changed. */
  onTrust(listener: () => void): () => void {
    return this.api.onChange('configmaps', listener);
  }

  /** What a plan says of the broker now. */
  get broker(): PlanBroker {
    return { server: `https://localhost:${this.service.port}`, token: brokerAudience, trust: this.trust };
  }

  /** A pod of the ServiceAccount `app` that runs on this machine. */
  async pod(name: string, namespace = 'payments'): Promise<KnownPod> {
    const [pod] = this.api.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { serviceAccountName: 'app', containers: [] },
    });
    const uid = pod?.metadata.uid ?? '';
    this.api.setStatus('pods', name, namespace, {
      phase: 'Running',
      podIP: '127.0.0.1',
      podIPs: [{ ip: '127.0.0.1' }, { ip: '::1' }],
    });
    const request = {
      namespace,
      serviceAccount: 'app',
      audiences: [brokerAudience],
      expirationSeconds: 3600,
    };
    const { token } = await this.issuer.issue({ ...request, pod: { name, uid } });
    return { name, namespace, uid, token };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#replicas].map((replica) => replica.process.stop('SIGKILL')));
    await this.service.close();
    await this.vault.close();
    await this.api.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #aim(): Promise<void> {
    this.service.aim(await Promise.all([...this.#replicas].map((replica) => replica.process.port)));
  }
}
