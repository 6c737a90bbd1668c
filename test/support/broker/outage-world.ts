import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Plan } from '../../../lib/plan.ts';
import { BrokerProcesses, type KnownPod, type BrokerReplica } from './broker-processes.ts';
import { Fleet } from './fleet.ts';

const key = 'payments/db';
const file = 'password';
/** Nothing here should take that long, even on a machine that is busy; milliseconds. */
const patience = 120_000;

/** What a reader saw that must not be. */
export interface Sight {
  readonly agent: string;
  readonly saw: string | undefined;
}

/** What of one login at Vault, so of one replica's life, was asked. */
export interface Looks {
  readonly metadata: number;
  readonly data: number;
}

export const planFor = (cluster: BrokerProcesses, fields: Partial<Plan> = {}): Plan => ({
  version: 1,
  lifecycle: 'native',
  namespace: 'payments',
  serviceAccount: 'app',
  stores: [{ name: 'shared', kind: 'ClusterSecretStore', provider: { type: 'broker', provider: 'vault' } }],
  sources: [{ store: 0, key, intervalSeconds: 10 }],
  files: [{ source: 0, path: file, kind: 'value', property: file, optional: false, mode: '0444' }],
  fileGroup: null,
  startTimeoutSeconds: 60,
  port: 0,
  broker: cluster.broker,
  ...fields,
});

/** Many agents on one secret, whose value changes again and again, and a reader who looks at all their files all the time. */
export class OutageWorld implements AsyncDisposable {
  readonly cluster: BrokerProcesses;
  readonly fleet: Fleet;
  readonly pods: readonly KnownPod[];
  /** Those that run, the oldest first. */
  readonly replicas: BrokerReplica[];
  /** Files that were not there, and values that never were upstream. */
  readonly wrong: Sight[] = [];
  readonly #home: string;
  readonly #stop = new AbortController();
  readonly #ever = new Set<string>(['value-0']);
  readonly #loops: Promise<unknown>[] = [];
  #newest = 'value-0';
  #rotating: Promise<void> | undefined;
  #stopRotating = new AbortController();

  private constructor(
    { cluster, pods, replicas }: Pick<OutageWorld, 'cluster' | 'pods' | 'replicas'>,
    home: string,
  ) {
    this.cluster = cluster;
    this.pods = pods;
    this.replicas = [...replicas];
    this.#home = home;
    this.fleet = new Fleet({ home, plan: planFor(cluster) });
  }

  static async start(replicas: number, agents: number): Promise<OutageWorld> {
    const cluster = await BrokerProcesses.start({ secrets: { [key]: { [file]: 'value-0' } } });
    const first = await Promise.all(Array.from({ length: replicas }, () => cluster.add()));
    const names = Array.from({ length: agents }, (_, index) => `app-${index}`);
    const pods = await Promise.all(names.map((name) => cluster.pod(name)));
    const world = new OutageWorld(
      { cluster, pods, replicas: first },
      mkdtempSync(join(tmpdir(), 'keyferry-fleet-')),
    );
    for (const pod of pods) world.fleet.start(pod);
    await world.everybodyHas('value-0');
    world.#loops.push(world.#watch(), world.#play());
    return world;
  }

  get newest(): string {
    return this.#newest;
  }

  /** Another value about every second, until `settle`. */
  rotate(): void {
    this.#stopRotating = new AbortController();
    this.#rotating = this.#rotate(this.#stopRotating.signal);
  }

  /** No more rotations; waits until every agent has the newest value. */
  async settle(): Promise<void> {
    this.#stopRotating.abort();
    await this.#rotating;
    await this.everybodyHas(this.#newest);
  }

  /** Kills the oldest replica. The Service sends connections to it for a while longer, as it does when a node is lost. */
  async kill(): Promise<void> {
    const replica = this.replicas.shift();
    if (replica === undefined) throw new Error('there is no replica');
    replica.process.signal('SIGKILL');
    await delay(500);
    await this.cluster.remove(replica, 'SIGKILL');
  }

  /** Starts another replica, with a certificate of its own. */
  async add(): Promise<void> {
    this.replicas.push(await this.cluster.add());
  }

  async set(value: string): Promise<void> {
    this.#ever.add(value);
    this.#newest = value;
    await this.cluster.vault.rotate(`kv/${key}`, { [file]: value });
  }

  /** Waits until every agent shows that value. */
  async everybodyHas(value: string): Promise<void> {
    const end = Date.now() + patience;
    const behind = (): readonly Sight[] =>
      this.fleet.agents
        .map((agent) => ({ agent: agent.name, saw: agent.read(file) }))
        .filter(({ saw }) => saw !== value);
    while (behind().length > 0) {
      if (Date.now() > end) throw new Error(`not everybody has ${value}: ${JSON.stringify(behind())}`);
      await delay(50);
    }
  }

  /** Waits until every agent has a value that is not older than the newest one is now. */
  async everybodyFollows(): Promise<void> {
    const values = [...this.#ever];
    const old = new Set<string | undefined>([undefined, ...values.slice(0, values.indexOf(this.#newest))]);
    const end = Date.now() + patience;
    while (this.fleet.agents.some((agent) => old.has(agent.read(file)))) {
      if (Date.now() > end) throw new Error('not everybody follows');
      await delay(50);
    }
  }

  /** Waits until every agent has a feed open. */
  async everybodyListens(): Promise<void> {
    const end = Date.now() + patience;
    const feedsOf = async (replica: BrokerReplica): Promise<number> =>
      Number(/^keyferry_broker_feeds (\d+)$/m.exec(await replica.process.metrics())?.[1]);
    const feeds = async (): Promise<number> =>
      (await Promise.all(this.replicas.map(feedsOf))).reduce((sum, count) => sum + count, 0);
    while ((await feeds()) < this.pods.length) {
      if (Date.now() > end) throw new Error(`only ${await feeds()} agents have a feed`);
      await delay(100);
    }
  }

  /** How often each login of a replica looked at the secret since that time (milliseconds since the epoch). */
  looks(since = 0): readonly Looks[] {
    const requests = this.cluster.vault.requests.list().filter(({ time }) => Date.parse(time) >= since);
    const count = (token: string | undefined, kind: string): number =>
      requests.filter((request) => request.token === token && request.path === `kv/${kind}/${key}`).length;
    const tokens = new Set(requests.filter(({ path }) => path.endsWith(key)).map(({ token }) => token));
    return [...tokens].map((token) => ({ metadata: count(token, 'metadata'), data: count(token, 'data') }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopRotating.abort();
    this.#stop.abort();
    await Promise.all([this.#rotating, ...this.#loops]);
    await this.fleet.stop();
    await this.cluster[Symbol.asyncDispose]();
    rmSync(this.#home, { recursive: true, force: true });
  }

  async #rotate(signal: AbortSignal): Promise<void> {
    for (let count = this.#ever.size; !signal.aborted; count += 1) {
      await this.set(`value-${count}`);
      await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const agent of this.fleet.agents) {
        const saw = agent.read(file);
        if (saw === undefined || !this.#ever.has(saw)) this.wrong.push({ agent: agent.name, saw });
      }
      await delay(20);
    }
  }

  /** The kubelets' part: volumes have what the ConfigMap has, some seconds later. */
  async #play(): Promise<void> {
    let shown = this.cluster.trust;
    while (!this.#stop.signal.aborted) {
      await delay(3_000, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.cluster.trust === shown) continue;
      const late = this.cluster.trust;
      shown = late;
      this.fleet.trust(late);
    }
  }
}
