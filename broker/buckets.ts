import type { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { expiringCache } from '../lib/expiring-cache.ts';
import { fullBucket, spend, waitFor, type Bucket, type Rate } from './core/token-bucket.ts';

/** How many keys are remembered whose buckets are not full. Whoever is forgotten begins anew. */
const mostBuckets = 20_000;

/** A token bucket for each key; one that is full again is forgotten. */
export class Buckets {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    const ttl = Math.ceil((rate.burst / rate.perSecond) * 1_000);
    this.#buckets = expiringCache({ max: mostBuckets, ttl, clock });
  }

  /** Milliseconds until there are so many; 0: now. For more than a bucket holds, until it is full. */
  wait(key: string, count = 1): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0;
    return waitFor(bucket, this.#rate, this.#clock.monotonic(), Math.min(count, this.#rate.burst));
  }

  /** Takes so many, whether or not there are; less than 0 gives them back. */
  take(key: string, count: number): void {
    const now = this.#clock.monotonic();
    const bucket = spend(this.#buckets.get(key) ?? fullBucket(this.#rate, now), this.#rate, now, count);
    const ttl = Math.ceil(waitFor(bucket, this.#rate, now, this.#rate.burst));
    if (ttl > 0) this.#buckets.set(key, bucket, { ttl });
    else this.#buckets.delete(key);
  }
}
