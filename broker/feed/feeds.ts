import { setImmediate as nextTurn } from 'node:timers/promises';
import { heartbeatSeconds } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import { pause } from '../../lib/kube/backoff.ts';
import type { Logger } from '../../lib/log.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { TrustSource } from '../../certs/trust-source.ts';
import type { AccessObjects } from '../access/objects.ts';
import type { Feed } from './feed.ts';
import { FeedIndex } from './feed-index.ts';

/** How many feeds there may be. */
export interface FeedLimits {
  readonly total: number;
  readonly ofNamespace: number;
  /** A pod's oldest one makes room for its newest: it may be one whose connection broke unseen. */
  readonly ofPod: number;
  /** Sources of all feeds of a namespace. */
  readonly sourcesOfNamespace: number;
}

export interface FeedsOptions {
  readonly objects: Pick<AccessObjects, 'onChange'>;
  readonly trust: TrustSource;
  readonly limits?: FeedLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const defaultLimits: FeedLimits = {
  total: 10_000,
  ofNamespace: 6_000,
  ofPod: 4,
  sourcesOfNamespace: 200_000,
};
const tickEvery = 1_000;
/** How long feeds are looked at again without a break, in milliseconds. */
const lookFor = 10;
/** Feeds that were opened together do not end together. */
const endSpread = 0.2;

const tooMany = (what: string): ProviderError =>
  providerError('throttled', `${what}; read again in intervals for a while`, 60_000);

/** All open feeds: how many there may be, that each lives and ends in time, and hears of what concerns it. */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #limits: FeedLimits;
  readonly #open = new FeedIndex();
  /** Those that have to decide anew. */
  readonly #concerned = new Set<Feed>();
  readonly #stopping = new AbortController();
  readonly #ticking: Promise<void>;
  #looking: Promise<void> | undefined;
  readonly #stops: readonly (() => void)[];
  #ending = false;

  constructor(options: FeedsOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
    this.#stops = [
      options.objects.onChange((namespace) => {
        this.#changed(namespace);
      }),
      options.trust.onChange(() => {
        for (const feed of this.#open.all) feed.trust(options.trust.current());
      }),
    ];
    this.#ticking = this.#tick();
  }

  get size(): number {
    return this.#open.all.size;
  }

  /** How long a feed may last whose token has so long to live, in milliseconds. */
  lifetime(tokenMilliseconds: number): number {
    return Math.floor(tokenMilliseconds * (1 - endSpread * this.#options.random()));
  }

  /** Why a feed of a namespace with so many sources cannot be opened now; undefined: it can. */
  refusal(namespace: string, sources: number): ProviderError | undefined {
    if (this.#ending) return providerError('unavailable', 'the broker is about to end', 1_000);
    const { total, ofNamespace, sourcesOfNamespace } = this.#limits;
    if (this.size >= total) return tooMany(`the broker has as many feeds open as it takes, ${total}`);
    if (this.#open.ofNamespace(namespace).size >= ofNamespace)
      return tooMany(`the namespace ${namespace} has as many feeds open as it may, ${ofNamespace}`);
    return this.#open.sourcesOf(namespace) + sources > sourcesOfNamespace
      ? tooMany(
          `the feeds of the namespace ${namespace} follow as many sources as they may, ${sourcesOfNamespace}`,
        )
      : undefined;
  }

  /** Takes in a feed that `refusal` has nothing against, and opens it. */
  add(feed: Feed): void {
    this.#makeRoom(feed);
    this.#open.add(feed);
    const bundle = this.#options.trust.current();
    feed.open();
    if (bundle !== '') feed.trust(bundle);
  }

  /** The feed's connection is gone, or its answer has ended. */
  remove(feed: Feed): void {
    feed.close();
    this.#open.delete(feed);
    this.#concerned.delete(feed);
  }

  /** Opens no more, and ends those that are open one after the other within so many milliseconds. */
  endAll(milliseconds: number): void {
    this.#ending = true;
    for (const feed of this.#open.all) feed.endWithin(this.#options.random() * milliseconds);
  }

  /** Ends all that are still open, at once. */
  async stop(): Promise<void> {
    this.#ending = true;
    for (const stop of this.#stops) stop();
    this.#stopping.abort();
    await Promise.all([this.#ticking, this.#looking]);
    for (const feed of [...this.#open.all]) {
      feed.end();
      this.remove(feed);
    }
  }

  #makeRoom({ caller }: Feed): void {
    const own = [...this.#open.ofPod(caller.pod.uid)];
    for (const oldest of own.slice(0, Math.max(0, own.length + 1 - this.#limits.ofPod))) {
      oldest.end();
      this.remove(oldest);
    }
  }

  #changed(namespace: string | undefined): void {
    const concerned = namespace === undefined ? this.#open.all : this.#open.ofNamespace(namespace);
    for (const feed of concerned) this.#concerned.add(feed);
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#looking ??= this.#lookAgain().finally(() => {
      this.#looking = undefined;
      // What came when the last one had just been looked at.
      if (this.#concerned.size > 0 && !this.#stopping.signal.aborted) this.#lookSoon();
    });
  }

  /**
   * Once for all that has changed in one turn of the event loop. Whoever follows thousands of sources may change what is decided on as often as
   * they like: everybody else gets as much time as that takes.
   */
  async #lookAgain(): Promise<void> {
    const { clock } = this.#options;
    await nextTurn();
    let began = clock.monotonic();
    // Those that are concerned once more meanwhile come at the end.
    for (const feed of this.#concerned) {
      this.#concerned.delete(feed);
      feed.lookAgain();
      const took = clock.monotonic() - began;
      if (took < lookFor) continue;
      if (!(await pause(clock, took, this.#stopping.signal))) return;
      began = clock.monotonic();
    }
  }

  async #tick(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (await pause(clock, tickEvery, signal)) {
      for (const feed of [...this.#open.all]) {
        const state = feed.tick(heartbeatSeconds * 1000);
        if (state === 'open') continue;
        this.remove(feed);
        const { namespace, pod } = feed.caller;
        if (state === 'stalled') log.warn({ namespace, pod: pod.name }, 'closed a feed that nobody reads');
      }
    }
  }
}
