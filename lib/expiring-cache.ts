import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';

export interface ExpiringCacheOptions {
  /** How many entries are kept: those that were used last. */
  readonly max: number;
  /** Milliseconds that an entry lives, where `set` does not say. */
  readonly ttl: number;
  readonly clock: Clock;
}

/** A cache of bounded size whose entries end, by the time of a clock. */
export const expiringCache = <Value extends object>({
  max,
  ttl,
  clock,
}: ExpiringCacheOptions): LRUCache<string, Value> =>
  new LRUCache({
    max,
    ttl,
    ttlResolution: 0,
    // A start of 0 would be none.
    perf: { now: () => clock.monotonic() + 1 },
  });
