import type { ProviderError } from '../../lib/provider-error.ts';
import { isSatisfied, tellOne, type Subscriber } from './audience.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { Traffic, TrafficOptions } from './traffic.ts';
import type { Wanted } from './upstream.ts';

export interface SubscribersOptions extends Pick<
  TrafficOptions,
  'settings' | 'timetable' | 'issuance' | 'nap'
> {
  readonly traffic: Traffic;
  readonly entries: Entries;
}

/** Those who are told again and again: how they come and go, and when it is looked for them. */
export class Subscribers {
  readonly #options: SubscribersOptions;

  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  /** Subscribes; what is known is told as soon as the caller has given back control. */
  join(subscriber: Subscriber, wanted: Wanted): void {
    const { entries, settings, nap, traffic, timetable } = this.#options;
    const entry = entries.obtain(wanted, subscriber.podUid);
    this.enter(subscriber, entry);
    entries.adopt(entry);
    const known = entry.known(traffic.moment, subscriber.intervalMs, subscriber.contradicts);
    if (known === undefined) {
      settings.record(entry.flight === undefined ? 'miss' : 'coalesced');
      entry.lookSoon();
    } else {
      settings.record(known.ok ? 'hit' : 'negative');
      queueMicrotask(() => {
        this.#greet(subscriber);
      });
    }
    timetable.note(entry);
    nap.wake();
  }

  enter(subscriber: Subscriber, entry: Entry): void {
    subscriber.entry = entry;
    entry.audience.add(subscriber);
    this.#options.timetable.note(entry);
  }

  /** Ends a subscription; the last one takes the value with it. */
  leave(subscriber: Subscriber): void {
    const { entry } = subscriber;
    if (entry === undefined) return;
    const { entries, timetable, traffic } = this.#options;
    subscriber.entry = undefined;
    entry.audience.delete(subscriber);
    if (entry.audience.size > 0) return;
    entries.wipe(entry.giveUp());
    timetable.forget(entry);
    if (entry.flight === undefined) traffic.after(entry);
    else traffic.callBack(entry.flight);
  }

  /** Puts what is due into the queue. */
  look(now: number): void {
    const { timetable, issuance, traffic } = this.#options;
    for (const entry of timetable.takeDue(now)) {
      if (entry.flight !== undefined) continue;
      const refusal = issuance.refusal(entry);
      if (refusal === undefined) traffic.enqueue(traffic.flightFor(entry, false));
      else this.#putOff(entry, refusal, now);
    }
  }

  /** Ends all subscriptions to one thing, and gives up what is known of it. */
  end(entry: Entry): void {
    for (const subscriber of entry.audience.members) {
      subscriber.entry = undefined;
      entry.audience.delete(subscriber);
    }
    this.#options.entries.wipe(entry.giveUp());
  }

  /** Looks later, and says why. */
  #putOff(entry: Entry, error: ProviderError, now: number): void {
    const { settings, traffic } = this.#options;
    settings.record('throttled');
    entry.fail(error, now, settings.random());
    entry.audience.tellError(error);
    traffic.after(entry);
  }

  #greet(subscriber: Subscriber): void {
    const { entry } = subscriber;
    if (entry === undefined || subscriber.heard !== 'nothing') return;
    const { traffic, timetable, nap } = this.#options;
    const known = entry.known(traffic.moment, subscriber.intervalMs, subscriber.contradicts);
    if (known === undefined) {
      entry.lookSoon();
      timetable.note(entry);
      nap.wake();
      return;
    }
    tellOne(subscriber, { kind: 'served', served: known });
    if (isSatisfied(subscriber)) this.leave(subscriber);
  }
}
