import { isPermanent, type ProviderError } from '../../../lib/provider-error.ts';

/** No store is looked at more often, in milliseconds, whatever a plan asks for. */
const shortestInterval = 10_000;
/** How often somebody who wants to be told once is looked for, as long as there is nothing to tell, in milliseconds. */
export const onceInterval = 60_000;
/** How old a document may be for those who do not ask for a fresh one, in milliseconds. */
export const documentLife = 10_000;
/** The same for those who come with another document: thousands that have an old one after an outage cause one read a second. */
export const doubtedLife = 1_000;
/** The same of a failure that only somebody's change cures. */
const refusalLife = 5_000;
/** Failures that time cures are believed for a while: a store that is down is not asked by everybody who comes. */
const shortestOutageLife = 2_000;
const longestOutageLife = 60_000;
/** No backend gets a longer pause than this, in milliseconds, whatever it asks for. */
const longestPause = 15 * 60_000;
const pauseWithoutWord = 1_000;

const backoffBase = 1_000;
const backoffCap = 5 * 60_000;
const shortestDelay = 50;

/** Intervals are lengthened by up to this much, so that replicas and stores do not stay in step. */
const spread = 0.05;
/** What is due within this part of its interval comes along with what is due now: together they may be one request. */
const together = 0.05;

/** The interval that somebody asks for, in milliseconds; 0: told once. */
export const intervalOf = (seconds: number): number =>
  seconds <= 0 ? 0 : Math.max(shortestInterval, seconds * 1_000);

/** When it is looked again after it went well. */
export const nextLook = (now: number, intervalMs: number, random: number): number =>
  now + intervalMs * (1 + spread * random);

/** How much earlier something may be looked at because something else is. */
export const earliness = (intervalMs: number): number =>
  Number.isFinite(intervalMs) ? intervalMs * together : 0;

export interface Failed {
  readonly now: number;
  readonly error: ProviderError;
  /** In a row, this one included. */
  readonly failures: number;
  readonly intervalMs: number;
  /** 0 to 1, without 1. */
  readonly random: number;
}

/**
 * When it is looked again after a failure: with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) on top of what the
 * store asked for. What time alone does not cure is looked at on the interval.
 */
export const nextTry = ({ now, error, failures, intervalMs, random }: Failed): number => {
  if (isPermanent(error.code)) return now + intervalMs;
  const ceiling = Math.min(backoffCap, intervalMs, backoffBase * 2 ** Math.min(failures, 30));
  const asked = Math.min(error.retryAfterMs ?? 0, longestPause);
  return now + asked + Math.max(shortestDelay, random * ceiling);
};

/** How long a failure answers everybody who does not ask for a fresh read, in milliseconds. */
export const failureLife = ({ code, retryAfterMs = 0 }: ProviderError): number =>
  isPermanent(code) ? refusalLife : Math.min(Math.max(retryAfterMs, shortestOutageLife), longestOutageLife);

/** How long nothing goes to the store after this failure, in milliseconds; 0: it did not ask for that. */
export const pauseAfter = ({ code, retryAfterMs }: ProviderError): number => {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, longestPause);
  return code === 'throttled' ? pauseWithoutWord : 0;
};

/** Whether a credential with a lease has enough of its life left to be given to the same pod once more. */
export const isLeaseYoung = (
  { durationSeconds, expiresAt }: { readonly durationSeconds: number; readonly expiresAt: number },
  wallClock: number,
): boolean => expiresAt - wallClock > (durationSeconds * 1_000) / 3;
