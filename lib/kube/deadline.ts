import type { Clock } from '../clock.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Ends the work early. */
  readonly signal: AbortSignal;
}

/**
 * Does `work`, handing it a signal that aborts when the time is over or the caller's signal aborts. The time is the injected
 * clock's, and it covers a peer that took the connection and then says nothing.
 */
export const withDeadline = async <T>(
  { clock, milliseconds, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(milliseconds, done.signal).then(
    () => {
      over.abort(new Error(`no answer within ${milliseconds / 1000} s`));
    },
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    // The library wraps a signal's reason in errors of its own; the reason says more.
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    done.abort();
    await timer;
  }
};
