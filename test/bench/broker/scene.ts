import { join } from 'node:path';
import type { Plan } from '../../../lib/plan.ts';
import { readOf } from '../../support/broker/caller.ts';
import { BrokerProcesses, type KnownPod, type BrokerReplica } from '../../support/broker/broker-processes.ts';
import type { VaultServer } from '../../emulators/vault/server.ts';

/** How often the agents want to hear of their secret, in seconds. */
export const intervalSeconds = 10;

/** Three secrets, each followed by so many agents. */
export const audiences = { one: 1, hundred: 100, thousand: 1000 } as const;
export type Audience = keyof typeof audiences;

export const keyOf = (audience: Audience): string => `bench/${audience}`;

const store = { kind: 'ClusterSecretStore', name: 'shared' } as const;
const account = { namespace: 'payments', serviceAccount: 'app' };

/** The body of a request for the secret that a thousand agents have. */
export const readRequest = {
  version: 1,
  fresh: false,
  reads: [readOf(keyOf('thousand'), { store })],
} as const;

/** Collects the broker's garbage at a signal: memory is compared by what is alive. */
const collector = 'process.on("SIGUSR2",()=>gc({type:"major",execution:"sync",flavor:"last-resort"}))';

/** A cluster with a Vault and one replica of the broker, which agents reach without anything in between. */
export class Scene implements AsyncDisposable {
  readonly #cluster: BrokerProcesses;
  readonly #replica: BrokerReplica;
  readonly port: number;

  private constructor(cluster: BrokerProcesses, replica: BrokerReplica, port: number) {
    this.#cluster = cluster;
    this.#replica = replica;
    this.port = port;
  }

  static async open(program: string): Promise<Scene> {
    const names = Object.keys(audiences) as Audience[];
    const secrets = Object.fromEntries(names.map((name) => [keyOf(name), { password: 'generation 0' }]));
    const cluster = await BrokerProcesses.start({ secrets });
    const replica = await cluster.add({
      program,
      command: [
        process.execPath,
        ...['--disable-sigusr1', '--expose-gc', '--import', `data:text/javascript,${collector}`],
      ],
      // Whoever writes what the broker says is none of it. All agents have one address, from which it would take no more than a tenth of all connections.
      flags: ['--audit-log', join(cluster.folder, 'audit.log'), '--check-peer-address', 'off'],
    });
    return new Scene(cluster, replica, await replica.process.port);
  }

  get pid(): number {
    return this.#replica.process.pid;
  }

  get vault(): VaultServer {
    return this.#cluster.vault;
  }

  /** Pods that run on this machine. */
  pods(prefix: string, count: number): Promise<readonly KnownPod[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.#cluster.pod(`${prefix}-${index}`)));
  }

  /** A pod's token in a namespace of its own. */
  async tokenIn(namespace: string): Promise<string> {
    const { api } = this.#cluster;
    api.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace } },
    );
    return (await this.#cluster.pod('app', namespace)).token;
  }

  /** An agent's plan: one secret, one file of it. */
  plan(audience: Audience): Plan {
    return {
      version: 1,
      lifecycle: 'native',
      ...account,
      stores: [{ ...store, provider: { type: 'broker', provider: 'vault' } }],
      sources: [{ store: 0, key: keyOf(audience), intervalSeconds }],
      files: [
        { source: 0, path: 'password', kind: 'value', property: 'password', optional: false, mode: '0444' },
      ],
      fileGroup: null,
      startTimeoutSeconds: 60,
      port: 0,
      broker: { ...this.#cluster.broker, server: `https://localhost:${this.port}` },
    };
  }

  collectGarbage(): void {
    this.#replica.process.signal('SIGUSR2');
  }

  /** How many feeds the broker has open. */
  async feeds(): Promise<number> {
    const metrics = await this.#replica.process.metrics();
    return Number(/^keyferry_broker_feeds (\d+)$/m.exec(metrics)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster[Symbol.asyncDispose]();
  }
}
