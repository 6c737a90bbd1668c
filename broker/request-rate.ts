import type { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { expiringCache } from '../lib/expiring-cache.ts';

/** In secrets asked for: a request for two thousand of them takes as much time as many small ones. */
export interface RateLimits {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

const mostBuckets = 10_000;

/** How much each key may ask for: a bucket that fills up evenly and holds so many (https://en.wikipedia.org/wiki/Token_bucket). */
export class RequestRate {
  readonly #limits: RateLimits;
  readonly #clock: Clock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(limits: RateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    // One that nobody has taken from for so long is full.
    const ttl = Math.ceil((limits.burst / limits.perSecond) * 1000);
    this.#buckets = expiringCache({ max: mostBuckets, ttl, clock });
  }

  /**
   * Takes so many; where there are not, how many milliseconds until there are. Whoever takes more than a full bucket holds gets them when it
   * is full, and leaves a debt.
   */
  take(key: string, amount: number): number {
    const { perSecond, burst } = this.#limits;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    const missing = Math.min(amount, burst) - tokens;
    this.#buckets.set(key, { tokens: missing > 0 ? tokens : tokens - amount, filledAt: now });
    return missing > 0 ? Math.ceil((missing / perSecond) * 1000) : 0;
  }
}
