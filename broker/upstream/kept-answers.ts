import { LRUCache } from 'lru-cache';
import { pause } from '../../lib/kube/backoff.ts';
import type { Settings } from './settings.ts';
import type { Served } from './upstream.ts';
import type { Wiper } from './wiper.ts';

/** What was read, and when: milliseconds of `Clock.monotonic`. */
export interface KeptAnswer {
  readonly served: Served;
  readonly at: number;
}

/** How often it is looked for what has expired, in milliseconds, as long as anything is kept. */
const sweepInterval = 250;
/** What an answer takes beside its bytes, roughly. */
const overhead = 512;

const sizeOf = ({ served }: KeptAnswer, id: string): number =>
  overhead + 2 * id.length + (served.ok ? served.value.bytes.reveal().length : 0);

/**
 * What was read lately, for those who come right after. Bounded in number and bytes; what expires or has to make room is wiped, whether or not anybody
 * looks: a broker that nobody asks keeps nothing.
 */
export class KeptAnswers {
  readonly #settings: Settings;
  readonly #wiper: Wiper;
  readonly #cache: LRUCache<string, KeptAnswer>;
  readonly #stop = new AbortController();
  #sweeping: Promise<void> | undefined;
  /** Goes to a new owner, and so is not wiped. */
  #leaving: KeptAnswer | undefined;

  constructor(settings: Settings, wiper: Wiper) {
    const { clock, limits } = settings;
    this.#settings = settings;
    this.#wiper = wiper;
    this.#cache = new LRUCache<string, KeptAnswer>({
      max: limits.keptOutcomes,
      maxSize: limits.keptBytes,
      sizeCalculation: sizeOf,
      // The cache takes a start of 0 for none, and by itself asks the time of the machine's timers.
      perf: { now: () => clock.monotonic() + 1 },
      ttlResolution: 0,
      dispose: (answer, _id, reason) => {
        this.#leave(answer, reason);
      },
    });
  }

  get(id: string): KeptAnswer | undefined {
    return this.#cache.get(id);
  }

  /** Hands an answer over: whoever takes it wipes it. */
  take(id: string): KeptAnswer | undefined {
    const answer = this.#cache.get(id);
    this.#leaving = answer;
    this.#cache.delete(id);
    this.#leaving = undefined;
    return answer;
  }

  /** Keeps an answer for so many milliseconds, in place of an earlier one. */
  set(id: string, answer: KeptAnswer, lifeMs: number): void {
    if (this.#stop.signal.aborted || lifeMs <= 0) {
      this.#wipe(answer);
      return;
    }
    this.#cache.set(id, answer, { ttl: lifeMs });
    // One that is larger than all the room there is.
    if (this.#cache.peek(id) !== answer) this.#wipe(answer);
    this.#sweeping ??= this.#sweep();
  }

  /** Wipes everything; nothing is kept from now on. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#cache.clear();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#settings;
    while (this.#cache.size > 0 && (await pause(clock, sweepInterval, this.#stop.signal)))
      this.#cache.purgeStale();
    this.#sweeping = undefined;
  }

  #leave(answer: KeptAnswer, reason: LRUCache.DisposeReason): void {
    if (answer === this.#leaving) return;
    this.#wipe(answer);
    if (reason === 'expire') this.#settings.record('expired');
    if (reason === 'evict') this.#settings.record('evicted');
  }

  #wipe({ served }: KeptAnswer): void {
    if (served.ok) this.#wiper.wipe(served.value);
  }
}
