import type { Clock } from '../clock.ts';

export interface Backoff {
  /** Longest possible first wait; it doubles with every further failure. */
  readonly baseMilliseconds: number;
  readonly capMilliseconds: number;
}

/** A number from 0 (included) to 1 (not included). */
export type Random = () => number;

/**
 * How long to wait after the given number of failures in a row (1 and up): evenly spread between 0 and the exponential limit, so that
 * many clients of one server that came back do not return together ("full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const backoffDelay = (failures: number, backoff: Backoff, random: Random): number =>
  Math.floor(
    random() * Math.min(backoff.capMilliseconds, backoff.baseMilliseconds * 2 ** Math.min(failures - 1, 30)),
  );

/** Sleeps; true when the time has passed, false when `signal` aborted. */
export const pause = async (clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await clock.sleep(milliseconds, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
};
