import type { Clock } from '../../../../lib/clock.ts';

/** Waits until the clock shows `time` (milliseconds since the epoch), or until the signal aborts. Never rejects. */
export const sleepUntil = async (clock: Clock, time: number, signal: AbortSignal): Promise<void> => {
  const remaining = time - clock.now();
  if (remaining > 0) await clock.sleep(remaining, signal).catch(() => undefined);
};
