import type { Clock } from '../lib/clock.ts';
import { Buckets } from './buckets.ts';
import type { Rate } from './core/token-bucket.ts';

/** How much each key may ask for, in secrets: a request for two thousand of them takes as much time as many small ones. */
export class RequestRate {
  readonly #buckets: Buckets;

  constructor(rate: Rate, clock: Clock) {
    this.#buckets = new Buckets(rate, clock);
  }

  /**
   * Takes so many; where there are not, how many milliseconds until there are. Whoever takes more than a full bucket holds gets them when it
   * is full, and leaves a debt.
   */
  take(key: string, amount: number): number {
    const wait = this.#buckets.wait(key, amount);
    if (wait === 0) this.#buckets.take(key, amount);
    return wait;
  }
}
