import { setTimeout as delay } from 'node:timers/promises';
import type { ManualClock } from './manual-clock.ts';

/** Real milliseconds; there against hanging alone, on machines that are busy with other things as well. */
const patience = 25_000;

/** Waits for something that real sockets or files bring about. */
export const until = async (condition: () => boolean, what = 'what the test waits for'): Promise<void> => {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await delay(2);
  }
};

/**
 * Like `until`, while the manual clock moves on by `step` milliseconds every few real ones. Larger steps than the default leave sockets
 * little time: what waits for an answer may then time out and try again.
 */
export const untilAdvancing = async (
  clock: ManualClock,
  condition: () => boolean,
  { what = 'what the test waits for', step = 100 }: { what?: string; step?: number } = {},
): Promise<void> => {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await clock.advance(step);
    await delay(2);
  }
};
