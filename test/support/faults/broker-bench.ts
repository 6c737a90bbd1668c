import { join } from 'node:path';
import type { BrokerFailure } from '../../../lib/broker/protocol.ts';
import type { Plan } from '../../../lib/plan.ts';
import { BrokerPod, brokerPlan } from '../agent/broker-pod.ts';
import { realStores, runInProcess, type RunningAgent } from '../agent/in-process.ts';
import { BrokerServer, type Handler } from '../broker-server.ts';
import { ManualClock } from '../manual-clock.ts';
import { untilAdvancing } from '../until.ts';
import type { Key } from './bench.ts';
import { Front } from './front.ts';
import { planFiles, sources, Values } from './values.ts';

const keys = ['db', 'api'] as const satisfies readonly Key[];

const heartbeat = 10_000;

/** A pod whose two secrets come through a broker, over a real connection. */
export class BrokerBench {
  readonly clock = new ManualClock();
  readonly broker: BrokerServer;
  /** The network between the pod and the broker. */
  readonly front: Front;
  readonly plan: Plan;
  generation = 0;
  /** Whether open feeds have their heartbeats. */
  beats = true;
  readonly #pod = new BrokerPod();
  readonly #values = new Values();
  readonly #failures = new Map<Key, BrokerFailure>();
  readonly #over = new AbortController();
  readonly #beating: Promise<void>;
  #agent: RunningAgent | undefined;

  private constructor(broker: BrokerServer, front: Front) {
    this.broker = broker;
    this.front = front;
    const server = { url: `https://${this.server}`, pem: broker.pem };
    this.plan = brokerPlan(server, { plan: { sources: [...sources], files: [...planFiles] } });
    this.rotate();
    this.#beating = this.#beat();
  }

  static async start(): Promise<BrokerBench> {
    const broker = await BrokerServer.start();
    return new BrokerBench(broker, await Front.open(Number(new URL(broker.url).port)));
  }

  /** What sentences call the broker, `host:port`. */
  get server(): string {
    return `localhost:${this.front.port}`;
  }

  get folder(): string {
    return join(this.#pod.root, 'keyferry/secrets');
  }

  get canaries(): readonly string[] {
    return this.#values.canaries;
  }

  /** The one that was started last. */
  get agent(): RunningAgent {
    if (this.#agent === undefined) throw new Error('the pod has no agent yet');
    return this.#agent;
  }

  get feed(): string | undefined {
    return (this.agent.agent.status() as { readonly broker: { readonly feed: string } | null }).broker?.feed;
  }

  async startAgent(): Promise<void> {
    const { root } = this.#pod;
    const stores = realStores(this.plan, root);
    this.#agent = await runInProcess({ plan: this.plan, root, clock: this.clock, stores });
  }

  files(key: Key, generation: number): Readonly<Record<string, string>> {
    return this.#values.files(key, generation);
  }

  /** Both secrets are written anew. Open feeds are told, but for what fails, and unless what they say is lost. */
  rotate({ isLost = false } = {}): void {
    this.generation += 1;
    for (const key of keys) if (!this.#failures.has(key)) this.#tell(key, isLost);
  }

  /** The broker has no more than this to say of secrets; undefined: it has them again. */
  fail(failure: BrokerFailure | undefined, which: readonly Key[] = keys): void {
    for (const key of which) {
      if (failure === undefined) this.#failures.delete(key);
      else this.#failures.set(key, failure);
      this.#tell(key);
    }
  }

  /** Requests are answered by this; undefined: as always. Connections that are open end. */
  answer(handler: Handler | undefined): void {
    this.broker.handler = handler;
    this.front.cut();
  }

  /** The trust ConfigMap has the certificate that the broker serves now. */
  readonly publishCertificate = (): void => {
    this.#pod.writeTrust(this.broker.pem);
  };

  /** Waits for what sockets bring about while time passes; returns how long that took, in milliseconds. */
  async wait(condition: () => boolean, what: string, step = 100): Promise<number> {
    const start = this.clock.monotonic();
    await untilAdvancing(this.clock, condition, { what, step });
    return this.clock.monotonic() - start;
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.monotonic() + milliseconds;
    await this.wait(() => this.clock.monotonic() >= end, 'time', 500);
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#beating;
    await this.#agent?.stop();
    await this.front.close();
    await this.broker.stop();
  }

  #tell(key: Key, isLost = false): void {
    const said = this.#failures.get(key) ?? JSON.stringify(this.#values.fields(key, this.generation));
    if (isLost) this.broker.documents.set(`shared/payments/${key}`, said);
    else this.broker.set(`shared/payments/${key}`, said);
  }

  async #beat(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.clock.sleep(heartbeat, signal).catch(() => undefined);
      if (this.beats) for (const feed of this.broker.openFeeds) feed.send({ event: 'beat' });
    }
  }
}
