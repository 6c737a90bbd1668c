const base = 1_000;
const ceiling = 30_000;
/** A timer of Node that is set for longer than 24 days ends at once. */
const longestAsked = 5 * 60_000;

/** A feed that was open for so long, in milliseconds, was a good one. */
export const longEnough = 30_000;

/**
 * Milliseconds until the next try to open a feed, with full jitter: within a second after one that lived (thousands of agents lose theirs
 * at once when a broker ends), up to 30 s where again and again none does; after what the broker asked for, of which five minutes at most count.
 *
 * @param failures feeds since the last one that lived
 */
export const feedDelay = (failures: number, random: number, retryAfterMs = 0): number =>
  Math.min(retryAfterMs, longestAsked) + random * Math.min(ceiling, base * 2 ** Math.min(failures, 10));
