import type { Clock } from '../lib/clock.ts';
import type { PlanSource } from '../lib/plan.ts';
import { providerError } from '../lib/provider-error.ts';
import { err } from '../lib/result.ts';
import type { Provider, ReadOutcome } from '../providers/provider.ts';

/** How long one pass over a store's due sources may take, in milliseconds, whatever the provider does. */
const passLimit = 30_000;

export interface BoundedReadOptions {
  /** Opens the store, or gives what is open already. */
  readonly open: () => Promise<Provider>;
  readonly sources: readonly PlanSource[];
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Told of what a provider throws, which it should not. */
  readonly onThrown: (error: unknown) => void;
}

/** Resolves when the signal aborts; `forget` ends the waiting. */
const untilAborted = (signal: AbortSignal): { aborted: Promise<void>; forget: () => void } => {
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

/**
 * Reads sources from a store within `passLimit`: a provider that hangs or throws becomes failed reads. Undefined where the
 * agent was stopped meanwhile.
 */
export const boundedRead = async (
  options: BoundedReadOptions,
): Promise<readonly ReadOutcome[] | undefined> => {
  const { open, sources, clock, stop, onThrown } = options;
  const same = (outcome: ReadOutcome): readonly ReadOutcome[] => sources.map(() => outcome);
  const attempt = new AbortController();
  const { aborted, forget } = untilAborted(stop);
  const read = async (): Promise<readonly ReadOutcome[]> => (await open()).read(sources, attempt.signal);
  const limit = async (): Promise<readonly ReadOutcome[]> => {
    await clock.sleep(passLimit, attempt.signal);
    return same(err(providerError('timeout', `the store has not answered within ${passLimit / 1_000} s`)));
  };
  try {
    const outcomes = await Promise.race([read(), limit(), aborted]);
    return stop.aborted ? undefined : (outcomes ?? undefined);
  } catch (error) {
    if (stop.aborted) return undefined;
    onThrown(error);
    return same(err(providerError('unavailable', 'the provider failed unexpectedly')));
  } finally {
    attempt.abort();
    forget();
  }
};
