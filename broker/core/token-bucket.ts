export interface Rate {
  /** Tokens a second. */
  readonly perSecond: number;
  /** How many tokens there are at most. */
  readonly burst: number;
}

/** What a store may be asked for now; one token a request. Times are milliseconds of `Clock.monotonic`. */
export interface Bucket {
  readonly tokens: number;
  /** When there were so many. */
  readonly at: number;
  /** Nothing goes out before: the backend asked for patience. */
  readonly pausedUntil: number;
}

export const fullBucket = ({ burst }: Rate, now: number): Bucket => ({
  tokens: burst,
  at: now,
  pausedUntil: Number.NEGATIVE_INFINITY,
});

/** The bucket as it is at `now`. */
const refilled = (bucket: Bucket, { perSecond, burst }: Rate, now: number): Bucket => ({
  ...bucket,
  tokens: Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1_000),
  at: Math.max(bucket.at, now),
});

/** How many requests may go out at `now`. */
export const available = (bucket: Bucket, rate: Rate, now: number): number =>
  // Sums of fractions of a token come out a little short of whole ones.
  now < bucket.pausedUntil ? 0 : Math.floor(refilled(bucket, rate, now).tokens + 1e-6);

export const spend = (bucket: Bucket, rate: Rate, now: number, tokens: number): Bucket => {
  const full = refilled(bucket, rate, now);
  return { ...full, tokens: full.tokens - tokens };
};

/** Until when nothing goes out; a longer pause that was asked for before stays. */
export const paused = (bucket: Bucket, until: number): Bucket => ({
  ...bucket,
  pausedUntil: Math.max(bucket.pausedUntil, until),
});

/** Milliseconds from `now` until so many requests may have gone out. */
export const waitFor = (bucket: Bucket, rate: Rate, now: number, tokens: number): number => {
  const missing = tokens - refilled(bucket, rate, now).tokens;
  const refill = missing <= 1e-6 ? 0 : Math.ceil((missing * 1_000) / rate.perSecond);
  return Math.max(refill, bucket.pausedUntil - now, 0);
};
