import type { Clock } from '../../lib/clock.ts';
import type { Nap } from '../../lib/nap.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import { isSatisfied, tellOne, type Subscriber } from './audience.ts';
import type { Calls } from './calls.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Entries } from './entries.ts';
import type { Entry, Moment } from './entry.ts';
import { Flight, type Asker } from './flight.ts';
import { Patience } from './patience.ts';
import type { Settings } from './settings.ts';
import { Timetable } from './timetable.ts';
import type { Wanted } from './upstream.ts';

export interface TrafficOptions {
  readonly settings: Settings;
  readonly entries: Entries;
  readonly calls: Calls;
  readonly dispatcher: Dispatcher;
  /** Of the loop that sends. */
  readonly nap: Nap;
}

/** Who waits for what at one store. Each thing is on its way or in the queue once, whoever wants it; what nobody wants any more is called back. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #timetable = new Timetable();
  readonly #patience = new Patience();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  get moment(): Moment {
    const { clock }: { clock: Clock } = this.#options.settings;
    return { now: clock.monotonic(), wallClock: clock.now() };
  }

  /** When there is something to do next by the clock (`Clock.monotonic`). */
  get nextAt(): number {
    return Math.min(this.#timetable.nextAt, this.#patience.nextAt);
  }

  /** Has an asker wait for the answer of what is on its way, or of a read of its own. */
  ask(asker: Asker, wanted: Wanted): void {
    const { entries, dispatcher, settings } = this.#options;
    const { namespace, fresh } = asker;
    const { now } = this.moment;
    const entry = entries.obtain(wanted, asker.podUid);
    const isFirst = entry.flight === undefined;
    const refusal = isFirst ? dispatcher.refusal(namespace, now) : undefined;
    if (refusal !== undefined) {
      this.after(entry);
      this.#refuse(asker, refusal);
      return;
    }
    const flight = flightFor(entry, fresh);
    settings.record(flight.askers.size === 0 && (isFirst || flight === entry.next) ? 'miss' : 'coalesced');
    flight.askers.add(asker);
    asker.flight = flight;
    if (flight.isUnderWay) return;
    asker.deadline = now + settings.limits.patienceMs;
    // At the end, also where it asks once more.
    this.#patience.delete(asker);
    this.#patience.add(asker);
    if (flight === entry.flight) dispatcher.add(flight, namespace, true);
    this.#options.nap.wake();
  }

  /** Ends an asker's waiting; the others go on. */
  giveUp(asker: Asker, error: ProviderError): void {
    const { flight } = asker;
    if (flight === undefined) return;
    this.#part(asker, flight);
    asker.settle(err(error));
    this.#unlessWanted(flight);
  }

  /** Subscribes; what is known is told as soon as the caller has given back control. */
  join(subscriber: Subscriber, wanted: Wanted): void {
    const { entries, settings, nap } = this.#options;
    const entry = entries.obtain(wanted, subscriber.podUid);
    this.enter(subscriber, entry);
    entries.adopt(entry);
    const known = entry.known(this.moment, subscriber.intervalMs);
    if (known === undefined) {
      settings.record(entry.flight === undefined ? 'miss' : 'coalesced');
      entry.lookSoon();
    } else {
      settings.record(known.ok ? 'hit' : 'negative');
      queueMicrotask(() => {
        this.#greet(subscriber);
      });
    }
    this.#timetable.note(entry);
    nap.wake();
  }

  enter(subscriber: Subscriber, entry: Entry): void {
    subscriber.entry = entry;
    entry.audience.add(subscriber);
    this.#timetable.note(entry);
  }

  /** Ends a subscription; the last one takes the value with it. */
  leave(subscriber: Subscriber): void {
    const { entry } = subscriber;
    if (entry === undefined) return;
    subscriber.entry = undefined;
    entry.audience.delete(subscriber);
    if (entry.audience.size > 0) return;
    this.#options.entries.wipe(entry.giveUp());
    this.#timetable.forget(entry);
    if (entry.flight === undefined) this.after(entry);
    else this.#unlessWanted(entry.flight);
  }

  /** Puts what is due into the queue. */
  look(now: number): void {
    for (const entry of this.#timetable.takeDue(now)) {
      if (entry.flight !== undefined) continue;
      entry.flight = new Flight(entry, false);
      this.enqueue(entry.flight);
    }
  }

  /** Tells those who have waited long enough for their turn. */
  expire(now: number): void {
    for (const asker of this.#patience.takeEnded(now)) {
      if (asker.flight === undefined || asker.flight.isUnderWay) continue;
      this.#options.settings.record('throttled');
      this.giveUp(asker, this.#options.dispatcher.impatience(asker.namespace, now));
    }
  }

  /** Puts a flight into the queue, in the line of everybody who waits for it. */
  enqueue(flight: Flight): void {
    const { dispatcher, nap } = this.#options;
    absorbNext(flight);
    for (const { namespace } of flight.askers) dispatcher.add(flight, namespace, true);
    if (flight.askers.size === 0) dispatcher.add(flight, flight.entry.audience.line, false);
    nap.wake();
  }

  /** Tells the askers of a flight that has ended. */
  settle(flight: Flight, served: Parameters<Asker['settle']>[0]): void {
    for (const asker of [...flight.askers]) {
      this.#part(asker, flight);
      asker.settle(served);
    }
  }

  /** What comes after an entry's flight: the next one, or the wait for its time, or its end. */
  after(entry: Entry): void {
    if (entry.flight !== undefined) return;
    const { entries, nap } = this.#options;
    const { next } = entry;
    entry.next = undefined;
    if (next !== undefined) {
      entry.flight = next;
      this.enqueue(next);
    } else if (entry.audience.size > 0) this.#timetable.note(entry);
    else {
      this.forget(entry);
      entries.release(entry, this.moment.now);
    }
    nap.wake();
  }

  /** Takes an entry out of the timetable and from among the entries. */
  forget(entry: Entry): void {
    this.#timetable.forget(entry);
    this.#options.entries.forget(entry);
  }

  /** A flight had to leave a namespace's line: those of that namespace who wait for it are told. */
  pushOut(flight: Flight, namespace: string, error: ProviderError): void {
    for (const asker of [...flight.askers]) {
      if (asker.namespace !== namespace) continue;
      this.#options.settings.record('throttled');
      this.giveUp(asker, error);
    }
    if (flight === flight.entry.flight && !this.#options.dispatcher.has(flight)) this.enqueue(flight);
  }

  /** Ends everybody's waiting and every subscription, and gives up every document. */
  end(error: ProviderError): void {
    for (const entry of this.#options.entries.takeAll()) {
      for (const flight of [entry.flight, entry.next])
        if (flight !== undefined) this.settle(flight, err(error));
      for (const subscriber of entry.audience.members) {
        subscriber.entry = undefined;
        entry.audience.delete(subscriber);
      }
      this.#options.entries.wipe(entry.giveUp());
    }
  }

  #greet(subscriber: Subscriber): void {
    const { entry } = subscriber;
    if (entry === undefined || subscriber.heard !== 'nothing') return;
    const known = entry.known(this.moment, subscriber.intervalMs);
    if (known === undefined) {
      entry.lookSoon();
      this.#timetable.note(entry);
      this.#options.nap.wake();
      return;
    }
    tellOne(subscriber, { kind: 'served', served: known });
    if (isSatisfied(subscriber)) this.leave(subscriber);
  }

  #refuse(asker: Asker, error: ProviderError): void {
    this.#options.settings.record('throttled');
    asker.settle(err(error));
  }

  #part(asker: Asker, flight: Flight): void {
    asker.flight = undefined;
    flight.askers.delete(asker);
    this.#patience.delete(asker);
  }

  /** Calls a flight back that nobody wants any more. */
  #unlessWanted(flight: Flight): void {
    const { entry } = flight;
    const { calls, dispatcher } = this.#options;
    if (flight === entry.next) {
      if (flight.askers.size === 0) entry.next = undefined;
    } else if (flight.isWanted || flight !== entry.flight) return;
    else if (flight.isUnderWay) calls.abandon(flight);
    else {
      dispatcher.remove(flight);
      entry.flight = undefined;
      this.after(entry);
    }
  }
}

/** The flight whose answer will do: one that is on its way, or for `fresh` one that has not begun. */
const flightFor = (entry: Entry, fresh: boolean): Flight => {
  const { flight } = entry;
  if (flight === undefined) return (entry.flight = new Flight(entry, fresh));
  if (fresh && flight.isUnderWay) return (entry.next ??= new Flight(entry, true));
  flight.fresh ||= fresh;
  return flight;
};

/** What waits for its turn is soon enough for those who wanted the one after it. */
const absorbNext = (flight: Flight): void => {
  const { entry } = flight;
  const { next } = entry;
  if (next === undefined || next === flight) return;
  entry.next = undefined;
  flight.fresh = true;
  for (const asker of next.askers) {
    asker.flight = flight;
    flight.askers.add(asker);
  }
};
