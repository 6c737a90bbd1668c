import type { ProviderError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { Asker, Flight } from './flight.ts';
import { Patience } from './patience.ts';
import type { Traffic, TrafficOptions } from './traffic.ts';
import type { Served, Wanted } from './upstream.ts';

export interface AskersOptions extends Pick<TrafficOptions, 'settings' | 'issuance' | 'nap'> {
  readonly traffic: Traffic;
  readonly entries: Entries;
  readonly dispatcher: Dispatcher;
}

/** Those who wait for one answer each: with whom, for how long, and what they are told in the end. */
export class Askers {
  readonly #options: AskersOptions;
  readonly #patience = new Patience();

  constructor(options: AskersOptions) {
    this.#options = options;
  }

  /** When the first one has waited long enough (`Clock.monotonic`). */
  get nextAt(): number {
    return this.#patience.nextAt;
  }

  /** Has an asker wait for the answer of what is on its way, or of a read of its own. */
  ask(asker: Asker, wanted: Wanted): void {
    const { entries, dispatcher, settings, traffic, nap } = this.#options;
    const { namespace, fresh } = asker;
    const { now } = traffic.moment;
    const entry = entries.obtain(wanted, asker.podUid);
    const refusal = this.#refusal(entry, asker, now);
    if (refusal !== undefined) {
      traffic.after(entry);
      settings.record('throttled');
      asker.settle(err(refusal));
      return;
    }
    const begins = traffic.wouldBegin(entry, fresh);
    const flight = traffic.flightFor(entry, fresh);
    settings.record(begins ? 'miss' : 'coalesced');
    flight.askers.add(asker);
    asker.flight = flight;
    if (flight.isUnderWay) return;
    asker.deadline = now + settings.limits.patienceMs;
    // At the end, also where it asks once more.
    this.#patience.delete(asker);
    this.#patience.add(asker);
    if (flight === entry.flight) dispatcher.add(flight, namespace, true);
    nap.wake();
  }

  /** Ends an asker's waiting; the others go on. */
  giveUp(asker: Asker, error: ProviderError): void {
    const { flight } = asker;
    if (flight === undefined) return;
    this.#part(asker, flight);
    asker.settle(err(error));
    this.#options.traffic.callBack(flight);
  }

  /** Tells those who have waited long enough for their turn. */
  expire(now: number): void {
    for (const asker of this.#patience.takeEnded(now)) {
      if (asker.flight === undefined || asker.flight.isUnderWay) continue;
      this.#options.settings.record('throttled');
      this.giveUp(asker, this.#options.dispatcher.impatience(asker.namespace, now));
    }
  }

  /** Tells the askers of a flight that has ended. */
  settle(flight: Flight, served: Served): void {
    for (const asker of [...flight.askers]) {
      this.#part(asker, flight);
      asker.settle(served);
    }
  }

  /** A flight had to leave a namespace's line: those of that namespace who wait for it are told. */
  pushOut(flight: Flight, namespace: string, error: ProviderError): void {
    const { settings, traffic, dispatcher } = this.#options;
    for (const asker of [...flight.askers]) {
      if (asker.namespace !== namespace) continue;
      settings.record('throttled');
      this.giveUp(asker, error);
    }
    if (flight === flight.entry.flight && !dispatcher.has(flight)) traffic.enqueue(flight);
  }

  /** Why one more may not wait; undefined: it may. */
  #refusal(entry: Entry, { namespace, fresh }: Asker, now: number): ProviderError | undefined {
    const { traffic, issuance, dispatcher } = this.#options;
    const tooOften = traffic.wouldBegin(entry, fresh) ? issuance.refusal(entry) : undefined;
    return tooOften ?? (entry.flight === undefined ? dispatcher.refusal(namespace, now) : undefined);
  }

  #part(asker: Asker, flight: Flight): void {
    asker.flight = undefined;
    flight.askers.delete(asker);
    this.#patience.delete(asker);
  }
}
