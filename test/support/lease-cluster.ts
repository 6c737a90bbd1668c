import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';
import { startLeaseHolder, type LeaseHolder } from '../../lib/kube/lease-holder.ts';
import { parseLease, type LeaseRecord } from '../../lib/kube/lease-object.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../emulators/kube-api/kube-api.ts';
import type { Fault, SeenRequest } from '../emulators/kube-api/requests/fault.ts';
import { logLines, type LogLine } from './log-lines.ts';
import type { ManualClock } from './manual-clock.ts';

const namespace = 'keyferry-system';
const name = 'keyferry-webhook';
const group = 'coordination.k8s.io';
const users = ['a', 'b', 'c'];

/** Just the rights that a competitor needs: `create` cannot be granted by name. */
const rights: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace },
    rules: [
      { apiGroups: [group], resources: ['leases'], verbs: ['create'] },
      { apiGroups: [group], resources: ['leases'], resourceNames: [name], verbs: ['get', 'patch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: users.map((user) => ({ kind: 'User', name: user })),
  },
];

/** One that competes for the Lease, and what it does while it has it. */
export interface Competitor {
  readonly name: string;
  readonly holder: LeaseHolder;
  /** Whether the work runs, that is done while the Lease is held. */
  readonly works: () => boolean;
}

/** Processes that compete for one Lease of the stand-in API server, each with a connection of its own. */
export class LeaseCluster {
  readonly api: KubeApi;
  readonly clock: ManualClock;
  readonly lines: LogLine[];
  readonly competitors: Competitor[] = [];
  readonly #folder: string;
  readonly #log: ReturnType<typeof logLines>['log'];
  readonly #faults = new Map<string, (request: SeenRequest) => Fault | undefined>();
  #started = 0;

  private constructor(api: KubeApi, clock: ManualClock, folder: string) {
    this.api = api;
    this.clock = clock;
    this.#folder = folder;
    const { log, lines } = logLines();
    this.#log = log;
    this.lines = lines;
    api.fault = (request) => this.#faults.get(request.user)?.(request);
  }

  static async open(clock: ManualClock): Promise<LeaseCluster> {
    const api = await startKubeApi({ clock });
    api.apply(...rights);
    return new LeaseCluster(api, clock, await mkdtemp(join(tmpdir(), 'keyferry-lease-')));
  }

  async close(): Promise<void> {
    this.#faults.clear();
    await Promise.all(this.competitors.map(({ holder }) => holder.stop()));
    await this.api.close();
    await rm(this.#folder, { recursive: true });
  }

  /** Puts a fault in the way of one user's requests, or takes it away. */
  disturb(user: string, fault?: (request: SeenRequest) => Fault | undefined): void {
    if (fault === undefined) this.#faults.delete(user);
    else this.#faults.set(user, fault);
  }

  /** `clock` is the process's own where it is not that of all: it then stands still, as for a process that is paused. */
  async start(user: string, clock = this.clock): Promise<Competitor> {
    const work = { running: 0 };
    this.#started += 1;
    const holder = startLeaseHolder({
      connection: await this.connect(user),
      clock,
      random: Math.random,
      log: this.#log,
      lease: { namespace, name },
      identity: `${user}_${this.#started}`,
      whileHeld: async (signal) => {
        work.running += 1;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        work.running -= 1;
      },
    });
    const competitor = { name: user, holder, works: () => work.running === 1 };
    this.competitors.push(competitor);
    return competitor;
  }

  /** Names of those whose work runs. */
  working(): string[] {
    return this.competitors.filter(({ works }) => works()).map((competitor) => competitor.name);
  }

  record(): LeaseRecord | undefined {
    return parseLease(this.api.get(`leases.${group}`, name, namespace))?.record;
  }

  /** Changes the Lease as somebody else would, past the rules. */
  change(spec: object, metadata: object = {}): void {
    this.api.apply({
      apiVersion: `${group}/v1`,
      kind: 'Lease',
      metadata: { name, namespace, ...metadata },
      spec,
    });
  }

  remove(): void {
    this.api.delete(`leases.${group}`, name, namespace);
  }

  /** As one of the users that may compete. */
  async connect(user: string): Promise<KubeConnection> {
    const path = join(this.#folder, user);
    await writeFile(path, this.api.kubeconfig(user));
    const connection = connect({ kind: 'kubeconfig', path });
    if (!connection.ok) throw new Error(connection.error);
    return connection.value;
  }
}
