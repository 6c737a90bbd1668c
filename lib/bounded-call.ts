import type { Clock } from './clock.ts';

export interface CallBounds {
  readonly clock: Clock;
  /** In milliseconds. */
  readonly limit: number;
  /** Ends the waiting. */
  readonly stop?: AbortSignal;
}

/** How a call that could hang or throw came to its end. */
export type Bounded<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'late' | 'stopped' };

/** Resolves when the signal aborts; `forget` ends the waiting. */
const untilAborted = (signal: AbortSignal): { aborted: Promise<undefined>; forget: () => void } => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => {
    resolve(undefined);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    aborted: promise,
    forget: () => {
      signal.removeEventListener('abort', onAbort);
    },
  };
};

const never = new AbortController().signal;

/** Waits for a call no longer than allowed, whatever it does; its signal aborts as soon as nobody waits for it. */
export const boundedCall = async <T>(
  { clock, limit, stop = never }: CallBounds,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> => {
  const attempt = new AbortController();
  const { aborted, forget } = untilAborted(stop);
  const done = async (): Promise<Bounded<T>> => ({ kind: 'done', value: await call(attempt.signal) });
  const late = async (): Promise<Bounded<T>> => {
    await clock.sleep(limit, attempt.signal);
    return { kind: 'late' };
  };
  try {
    const end = await Promise.race([done(), late(), aborted]);
    return end === undefined || stop.aborted ? { kind: 'stopped' } : end;
  } catch (error) {
    return stop.aborted ? { kind: 'stopped' } : { kind: 'thrown', error };
  } finally {
    attempt.abort();
    forget();
  }
};
