import { describeThrown } from '../../lib/thrown.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { ReadOutcome } from '../../providers/provider.ts';
import type { Flight } from './flight.ts';
import type { CheckOutcome, OpenedStore } from './opened-store.ts';
import type { Settings } from './settings.ts';
import { takeOver } from './wiper.ts';

/** How a flight ended. `stopped`: nobody waited for its call any more. */
export type Ending =
  | { readonly kind: 'read'; readonly outcome: ReadOutcome }
  | { readonly kind: 'checked'; readonly outcome: CheckOutcome }
  | { readonly kind: 'stopped' };

export interface CallsOptions extends Pick<Settings, 'log'> {
  readonly store: OpenedStore;
  /** The end of everything. */
  readonly stop: AbortSignal;
  /** Told once of each flight, all flights of one call in one turn. */
  readonly onEnd: (endings: readonly (readonly [Flight, Ending])[]) => void;
}

interface Call {
  readonly flights: readonly Flight[];
  readonly abort: AbortController;
}

/** Documents in memory of our own; what is one and the same for two sources becomes two. */
const takeOverAll = (outcomes: readonly ReadOutcome[]): readonly ReadOutcome[] => {
  const own = takeOver(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))).values();
  return outcomes.map((outcome): ReadOutcome => {
    if (!outcome.ok) return outcome;
    const next = own.next();
    return next.done === true ? outcome : ok(next.value);
  });
};

const stopped: Ending = { kind: 'stopped' };

/** What is on its way to one store. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #calls = new Map<Call, Promise<void>>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Sends flights together: all of them checks, or all of them reads, and fresh or not. */
  start(flights: readonly Flight[], mode: 'check' | 'read'): void {
    for (const flight of flights) flight.isUnderWay = true;
    const call = { flights, abort: new AbortController() };
    this.#calls.set(call, this.#make(call, mode));
  }

  /** To be called when nobody waits for a flight any more: a call that is of no use to anybody ends. */
  abandon(flight: Flight): void {
    for (const { flights, abort } of this.#calls.keys())
      if (flights.includes(flight) && !flights.some(({ isWanted }) => isWanted)) abort.abort();
  }

  /** Resolves when everything that was on its way has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#calls.values());
  }

  async #make(call: Call, mode: 'check' | 'read'): Promise<void> {
    const { onEnd, stop, log } = this.#options;
    const signal = AbortSignal.any([call.abort.signal, stop]);
    const endings = await (mode === 'check'
      ? this.#check(call.flights, signal)
      : this.#read(call.flights, signal));
    this.#calls.delete(call);
    try {
      onEnd(call.flights.map((flight, place) => [flight, endings?.[place] ?? stopped]));
    } catch (error) {
      log.error(describeThrown(error), 'what a store answered could not be taken');
    }
  }

  async #read(flights: readonly Flight[], signal: AbortSignal): Promise<readonly Ending[] | undefined> {
    const fresh = flights.some((flight) => flight.fresh);
    const outcomes = await this.#options.store.read(
      flights.map(({ entry }) => entry.source),
      signal,
      { fresh },
    );
    return outcomes && takeOverAll(outcomes).map((outcome) => ({ kind: 'read', outcome }));
  }

  async #check(flights: readonly Flight[], signal: AbortSignal): Promise<readonly Ending[] | undefined> {
    const known = flights.map(({ entry }) => ({
      source: entry.source,
      version: entry.document?.version ?? '',
    }));
    const outcomes = await this.#options.store.check(known, signal);
    return outcomes?.map((outcome) => ({ kind: 'checked', outcome }));
  }
}

/** The failure that a flight ended with. */
export const errorOf = (ending: Ending): ProviderError | undefined => {
  if (ending.kind === 'stopped') return undefined;
  const { outcome }: { outcome: Result<unknown, ProviderError> } = ending;
  return outcome.ok ? undefined : outcome.error;
};
