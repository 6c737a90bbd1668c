import type { Clock } from '../../lib/clock.ts';
import { err } from '../../lib/result.ts';
import type { ReadOutcome } from '../provider.ts';
import { findBounds, tooSlow } from './bounds.ts';

/**
 * Gives a find its time: it is cancelled at the end of it, and fails alone. The agent's own limit is the store's, and would fail what
 * else was read with it.
 */
export const withinTime = async (
  clock: Clock,
  signal: AbortSignal,
  find: (signal: AbortSignal) => Promise<ReadOutcome>,
): Promise<ReadOutcome> => {
  const late = new AbortController();
  const over = new AbortController();
  const timer = clock.sleep(findBounds.milliseconds, over.signal).then(
    () => {
      late.abort();
    },
    // The find ended first.
    () => undefined,
  );
  try {
    const outcome = await find(AbortSignal.any([signal, late.signal]));
    return !outcome.ok && late.signal.aborted && !signal.aborted ? err(tooSlow()) : outcome;
  } finally {
    over.abort();
    await timer;
  }
};
