import { createHash } from 'node:crypto';
import { isPermanent, type ProviderError } from '../../lib/provider-error.ts';

/** When a source is read next. Times are milliseconds of `Clock.monotonic`. */
export interface Schedule {
  /** Infinity: only when it is asked for. */
  readonly dueAt: number;
  /** Failures since the last success. */
  readonly failures: number;
}

const startCeiling = 2_000;
const startBase = 250;
const runningCeiling = 5 * 60_000;
const runningBase = 1_000;
const longestRetryAfter = 15 * 60_000;
const shortestDelay = 50;
/** What is due this soon, in milliseconds, comes along with what is due now. */
export const togetherWithin = 1_000;

/** A factor between 0.9 and 1.1, always the same for one pod, so that a rollout's pods do not stay in step. */
export const spreadFactor = (podUid: string): number => {
  const fraction = createHash('sha256').update(podUid).digest().readUInt32BE(0) / 2 ** 32;
  return 0.9 + 0.2 * fraction;
};

/** The pod's own length of an interval, in milliseconds; 0 (read once) becomes Infinity. */
export const spreadInterval = (intervalSeconds: number, factor: number): number =>
  intervalSeconds === 0 ? Number.POSITIVE_INFINITY : intervalSeconds * 1_000 * factor;

/** After a good read: the interval, from now. */
export const afterSuccess = (now: number, intervalMs: number): Schedule => ({
  dueAt: now + intervalMs,
  failures: 0,
});

/**
 * A source whose last good document came from the process before this one: due when that one would have read it. A document
 * from the future (a clock was set back) is due now.
 *
 * @param ageMs how old the document is by the wall clock
 */
export const afterRestart = (now: number, intervalMs: number, ageMs: number): Schedule => ({
  dueAt: ageMs < 0 ? now : now + Math.max(0, intervalMs - ageMs),
  failures: 0,
});

export interface Failure {
  readonly schedule: Schedule;
  readonly error: ProviderError;
  readonly now: number;
  readonly intervalMs: number;
  /** Whether no generation is out yet. */
  readonly starting: boolean;
  /** 0 to 1, without 1. */
  readonly random: number;
}

const jittered = (random: number, base: number, ceiling: number, failures: number): number =>
  Math.max(shortestDelay, random * Math.min(ceiling, base * 2 ** Math.min(failures, 30)));

/** A start never waits longer than 2 s between two tries; a store that asks for patience gets those 2 s. */
const startDelay = ({ schedule, error, random }: Failure): number =>
  error.retryAfterMs === undefined
    ? jittered(random, startBase, startCeiling, schedule.failures)
    : Math.min(startCeiling, Math.max(error.retryAfterMs, shortestDelay));

/** Full jitter up to 5 min or the interval, whichever is less, on top of what the store asked for (at most 15 min). */
const runningDelay = ({ schedule, error, intervalMs, random }: Failure): number =>
  Math.min(error.retryAfterMs ?? 0, longestRetryAfter) +
  jittered(random, runningBase, Math.min(runningCeiling, intervalMs), schedule.failures);

/**
 * After a failed read: with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). What time
 * alone does not cure is asked for again on its interval.
 */
export const afterFailure = (failure: Failure): Schedule => {
  const { schedule, error, now, intervalMs, starting } = failure;
  const failures = schedule.failures + 1;
  if (isPermanent(error.code)) return { dueAt: now + intervalMs, failures };
  return { dueAt: now + (starting ? startDelay(failure) : runningDelay(failure)), failures };
};

/** A lease that has ended leaves its app without a credential: it is asked for at least this often, in milliseconds. */
const lapsedCeiling = 60_000;

/** The longest wait after an `invalid` answer where a source has no shorter interval, in milliseconds. */
const invalidCeiling = 60 * 60_000;

/**
 * What was `invalid` may have made a credential that could not be taken, and then each further try makes another one: a handful
 * while the lease lives, and after that one on each interval.
 */
const invalidDelay = (intervalMs: number, leftMs: number): number =>
  Math.min(intervalMs, leftMs > 0 ? Math.max(lapsedCeiling, leftMs / 2) : invalidCeiling);

/**
 * After a renewal or a re-issue that failed. While the lease lives, each wait is at most half of what is left (or a second), so that
 * whatever the store asks for, tries go on until the end. Nothing but what was `invalid` is put off to the interval, since leases end
 * whatever it is.
 *
 * @param leftMs what is left of the lease's life, in milliseconds
 */
export const afterLeaseFailure = (failure: Failure, leftMs: number): Schedule => {
  const { schedule, error, now, intervalMs, starting, random } = failure;
  const failures = schedule.failures + 1;
  if (error.code === 'invalid') return { dueAt: now + invalidDelay(intervalMs, leftMs), failures };
  if (starting) return { dueAt: now + startDelay(failure), failures };
  const lives = leftMs > 0;
  const ceiling = lives ? Math.min(runningCeiling, Math.max(1_000, leftMs / 4)) : lapsedCeiling;
  const asked = Math.min(error.retryAfterMs ?? 0, lives ? leftMs / 4 : longestRetryAfter);
  return { dueAt: now + asked + jittered(random, runningBase, ceiling, schedule.failures), failures };
};

/**
 * Which of these are to be read now. Those due within the next second come along, so that what was read together once is
 * read together again, in one request where the store can.
 */
export const dueNow = (schedules: readonly Pick<Schedule, 'dueAt'>[], now: number): readonly number[] => {
  const somethingDue = schedules.some(({ dueAt }) => dueAt <= now);
  if (!somethingDue) return [];
  return schedules.flatMap(({ dueAt }, index) => (dueAt <= now + togetherWithin ? [index] : []));
};

/** When the next of these is due; Infinity where none is. */
export const nextDue = (schedules: readonly Pick<Schedule, 'dueAt'>[]): number =>
  Math.min(Number.POSITIVE_INFINITY, ...schedules.map(({ dueAt }) => dueAt));
