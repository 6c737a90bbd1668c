import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** The time and waiting, handed in wherever either matters, so that tests decide how time passes. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch: for what is compared with other machines' times. */
  now(): number;
  /** Monotonic time in milliseconds: for durations, unmoved by a clock that is set. */
  monotonic(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason as soon as `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};
