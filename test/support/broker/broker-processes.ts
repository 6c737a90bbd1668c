import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAudience, trustConfigMap, trustKey } from '../../../lib/broker/names.ts';
import { given } from '../../../lib/given.ts';
import type { PlanBroker } from '../../../lib/plan.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type KubeApiOptions } from '../../emulators/kube-api/kube-api.ts';
import { startVaultServer, type VaultServer } from '../../emulators/vault/server.ts';
import { manifestsOf } from '../deployed.ts';
import { startKeyferryPod, system, writeKubeconfig, type KeyferryPodOptions } from '../keyferry-pod.ts';
import type { KeyferryProcess } from '../keyferry-process.ts';
import { Balancer } from './balancer.ts';

/** A replica of the broker, and the name of its pod. */
export interface BrokerReplica {
  readonly name: string;
  readonly process: KeyferryProcess;
}

export type BrokerReplicaOptions = Pick<KeyferryPodOptions, 'command' | 'onLine' | 'program'> & {
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

export interface BrokerProcessesOptions {
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
export class BrokerProcesses implements AsyncDisposable {
  readonly api: KubeApi;
  readonly issuer: ServiceAccountIssuer;
  readonly vault: VaultServer;
  readonly service: Balancer;
  readonly folder: string;
  readonly #replicas = new Set<BrokerReplica>();
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

  static async start(options: BrokerProcessesOptions): Promise<BrokerProcesses> {
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
    api.apply(
      ...manifestsOf(),
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
    const cluster = new BrokerProcesses({ api, issuer, vault, service: await Balancer.start(), folder });
    writeFileSync(cluster.installFile, JSON.stringify(install));
    return cluster;
  }

  /** What the broker may use. */
  get installFile(): string {
    return join(this.folder, 'broker.yaml');
  }

  /** Flags that no broker can do without. */
  get neededFlags(): readonly string[] {
    const kubeconfig = writeKubeconfig(this.api, this.folder, 'broker');
    return ['--kubeconfig', kubeconfig, '--broker-config', this.installFile];
  }

  /** Starts a replica and waits until it is ready; the Service has it from then on. */
  async add({ flags = [], ...options }: BrokerReplicaOptions = {}): Promise<BrokerReplica> {
    this.#count += 1;
    const name = `keyferry-broker-${this.#count}`;
    const { api, folder, installFile } = this;
    const args = ['--credentials-dir', join(folder, 'credentials'), '--server-name', 'localhost', ...flags];
    const process = startKeyferryPod({
      ...options,
      api,
      component: 'broker',
      name,
      folder,
      installFile,
      args,
    });
    const replica = { name, process };
    this.#replicas.add(replica);
    await replica.process.ready();
    await this.#aim();
    return replica;
  }

  /** Takes a replica out of the Service and ends it, as a rollout does, or kills it. */
  async remove(replica: BrokerReplica, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
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
