import type { Calls } from './calls.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Entries } from './entries.ts';
import type { Entry, Moment } from './entry.ts';
import { Flight } from './flight.ts';
import type { Issuance } from './issuance.ts';
import type { Nap } from '../../lib/nap.ts';
import type { Settings } from './settings.ts';
import type { Timetable } from './timetable.ts';

export interface TrafficOptions {
  readonly settings: Settings;
  readonly entries: Entries;
  readonly calls: Calls;
  readonly dispatcher: Dispatcher;
  readonly timetable: Timetable;
  readonly issuance: Issuance;
  /** Of the loop that sends. */
  readonly nap: Nap;
}

/** The flights of one store, from the time that somebody wants them. Each thing is on its way or in the queue once, whoever wants it; what nobody wants any more is called back. */
export class Traffic {
  readonly #options: TrafficOptions;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  get moment(): Moment {
    const { clock } = this.#options.settings;
    return { now: clock.monotonic(), wallClock: clock.now() };
  }

  /** The flight whose answer will do: one that is on its way, or for `fresh` one that has not begun; a new one where there is none. */
  flightFor(entry: Entry, fresh: boolean): Flight {
    const { flight } = entry;
    if (flight === undefined) return (entry.flight = this.#begin(entry, fresh));
    if (fresh && flight.isUnderWay) return (entry.next ??= this.#begin(entry, true));
    flight.fresh ||= fresh;
    return flight;
  }

  /** Whether that would be a new one. */
  wouldBegin({ flight, next }: Entry, fresh: boolean): boolean {
    return flight === undefined || (fresh && flight.isUnderWay && next === undefined);
  }

  /** Puts a flight into the queue, in the line of everybody who waits for it. */
  enqueue(flight: Flight): void {
    const { dispatcher, nap } = this.#options;
    this.#absorbNext(flight);
    for (const { namespace } of flight.askers) dispatcher.add(flight, namespace, true);
    if (flight.askers.size === 0) dispatcher.add(flight, flight.entry.audience.line, false);
    nap.wake();
  }

  /** What comes after an entry's flight: the next one, or the wait for its time, or its end. */
  after(entry: Entry): void {
    if (entry.flight !== undefined) return;
    const { entries, timetable, nap } = this.#options;
    const { next } = entry;
    entry.next = undefined;
    if (next !== undefined) {
      entry.flight = next;
      this.enqueue(next);
    } else if (entry.audience.size > 0) timetable.note(entry);
    else {
      this.forget(entry);
      entries.release(entry, this.moment.now);
    }
    nap.wake();
  }

  /** Takes an entry out of the timetable and from among the entries. */
  forget(entry: Entry): void {
    this.#options.timetable.forget(entry);
    this.#options.entries.forget(entry);
  }

  /** Calls a flight back if nobody wants it any more. */
  callBack(flight: Flight): void {
    const { entry } = flight;
    const { calls, dispatcher, issuance } = this.#options;
    if (flight === entry.next) {
      if (flight.askers.size > 0) return;
      entry.next = undefined;
      issuance.giveBack(flight);
    } else if (flight.isWanted || flight !== entry.flight) return;
    else if (flight.isUnderWay) calls.abandon(flight);
    else {
      dispatcher.remove(flight);
      entry.flight = undefined;
      issuance.giveBack(flight);
      this.after(entry);
    }
  }

  #begin(entry: Entry, fresh: boolean): Flight {
    const flight = new Flight(entry, fresh);
    this.#options.issuance.count(flight);
    return flight;
  }

  /** What waits for its turn is soon enough for those who wanted the one after it. */
  #absorbNext(flight: Flight): void {
    const { entry } = flight;
    const { next } = entry;
    if (next === undefined || next === flight) return;
    entry.next = undefined;
    flight.fresh = true;
    for (const asker of next.askers) {
      asker.flight = flight;
      flight.askers.add(asker);
    }
    this.#options.issuance.giveBack(next);
  }
}
