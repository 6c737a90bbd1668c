import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { OpenPlanStore } from '../../../agent/providers.ts';
import { nodeFileSystem, type FileSystem } from '../../../agent/publish/file-system.ts';
import type { Plan } from '../../../lib/plan.ts';
import type { Provider } from '../../../providers/provider.ts';
import { realStores, runInProcess, type RunningAgent } from '../agent/in-process.ts';
import type { Names } from './names.ts';
import { OpenRequests } from './open-requests.ts';
import type { PodClock } from './pod-clock.ts';

export interface PodOptions {
  readonly plan: Plan;
  readonly clock: PodClock;
  /** Its volumes; see `makePod`. */
  readonly root: string;
  readonly names?: Names;
}

/** Real milliseconds after which something that should come by itself is not going to. */
const patience = 10_000;

/**
 * A pod whose agent reads real stores over real connections, by a clock that stands still. Time moves on only while nothing is
 * under way but what waits for it, so that what happens at which time does not depend on how fast the machine is.
 */
export class Pod {
  readonly #options: PodOptions;
  readonly requests = new OpenRequests();
  #calls = 0;
  #agent: RunningAgent | undefined;
  /** What agents that are started from now on write with; the real one by default. */
  fileSystem: FileSystem = nodeFileSystem;
  /** How many requests wait for something that does not come; set by who keeps it from coming. */
  stuck: (requests: OpenRequests) => number = () => 0;

  constructor(options: PodOptions) {
    this.#options = options;
  }

  /** The agent that was started last. */
  get agent(): RunningAgent {
    if (this.#agent === undefined) throw new Error('the pod has no agent yet');
    return this.#agent;
  }

  /** Starts an agent, again where there was one before, and lets it do what it does at once. */
  async start(): Promise<RunningAgent> {
    this.#agent = await runInProcess({
      ...this.#options,
      fileSystem: this.fileSystem,
      stores: { open: this.#open },
    });
    await this.settle();
    return this.#agent;
  }

  /** Waits until nothing is under way, or only what waits for the clock. */
  async settle(): Promise<void> {
    const end = Date.now() + patience;
    for (let quiet = 0; quiet < 3;) {
      await turn();
      quiet = this.#isQuiet() ? quiet + 1 : 0;
      if (quiet === 0) await delay(1);
      if (Date.now() > end)
        throw new Error(`still busy: ${this.#calls} calls, ${this.requests.count} requests`);
    }
  }

  /** Lets time pass. */
  async run(milliseconds: number): Promise<void> {
    const { clock } = this.#options;
    const end = clock.monotonic() + milliseconds;
    await this.settle();
    while (clock.monotonic() < end) {
      const left = end - clock.monotonic();
      await clock.advance(Math.min(left, clock.untilNext() ?? left));
      await this.settle();
    }
  }

  /** Lets time pass until something is so; returns how long that took, in milliseconds. */
  async runUntil(isSo: () => boolean, limit: number): Promise<number> {
    const { clock } = this.#options;
    const start = clock.monotonic();
    await this.settle();
    while (!isSo() && clock.monotonic() - start < limit) {
      await clock.advance(Math.min(1_000, clock.untilNext() ?? 1_000));
      await this.settle();
    }
    return clock.monotonic() - start;
  }

  /** Ends the agent, as SIGTERM does. */
  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.requests.close();
  }

  #isQuiet(): boolean {
    if (this.#calls === 0) return true;
    return this.requests.count > 0 && this.requests.count === this.stuck(this.requests);
  }

  readonly #open: OpenPlanStore = (store, context) => {
    const { names } = this.#options;
    const reached = names === undefined ? context : { ...context, resolveHost: names.resolve };
    return this.#counted(async () =>
      this.#watched(await realStores(this.#options.plan).open(store, reached)),
    );
  };

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    try {
      return await work();
    } finally {
      this.#calls -= 1;
    }
  }

  /** The provider itself, with its calls counted while they are under way. */
  #watched(provider: Provider): Provider {
    return new Proxy(provider, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          const result: unknown = Reflect.apply(value as (...all: unknown[]) => unknown, target, args);
          return result instanceof Promise ? this.#counted(() => result as Promise<unknown>) : result;
        };
      },
    });
  }
}
