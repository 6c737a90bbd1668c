/**
 * What became of a read or of what was kept, for `keyferry_broker_cache_total{outcome}`:
 * - of a read: `hit` (a document from memory), `negative` (a failure from memory), `coalesced` (joined a request that was on its way or waiting),
 *   `miss` (a request of its own), `throttled` (no turn at the store in time, or too many credentials for one pod);
 * - of a subscription: `hit`, `negative`, `coalesced`, `miss` in the same sense, for its first answer; `throttled` where a look has to wait
 *   since it would make one credential too many;
 * - of what was kept for reads: `expired`, `evicted` (there was no room).
 */
export type CacheOutcome = 'hit' | 'negative' | 'coalesced' | 'miss' | 'throttled' | 'expired' | 'evicted';
