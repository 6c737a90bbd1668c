import type { Clock } from '../../../lib/clock.ts';

/** How often an operation may be called. */
export interface Limit {
  readonly perSecond: number;
  /** How many calls at once; as many as in a second by default. */
  readonly burst?: number | undefined;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket for each operation that has a limit. */
export class Throttle {
  readonly #clock: Clock;
  readonly #limits = new Map<string, Limit>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, limits: Readonly<Record<string, Limit>> = {}) {
    this.#clock = clock;
    for (const [operation, limit] of Object.entries(limits)) this.limit(operation, limit);
  }

  /** Sets or takes away a limit; the bucket is full at first. */
  limit(operation: string, limit: Limit | undefined): void {
    this.#buckets.delete(operation);
    if (limit === undefined) this.#limits.delete(operation);
    else this.#limits.set(operation, limit);
  }

  /** Whether a call may go on; it is counted then. */
  take(operation: string): boolean {
    const limit = this.#limits.get(operation);
    if (limit === undefined) return true;
    const { perSecond, burst = perSecond } = limit;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(operation) ?? { tokens: burst, filledAt: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    this.#buckets.set(operation, { tokens: tokens >= 1 ? tokens - 1 : tokens, filledAt: now });
    return tokens >= 1;
  }
}
