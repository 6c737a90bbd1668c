import { Nap } from '../../lib/nap.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import { describeThrown } from '../../lib/thrown.ts';
import { Askers } from './askers.ts';
import type { Subscriber } from './audience.ts';
import { Calls } from './calls.ts';
import { Dispatcher } from './dispatcher.ts';
import { Entries } from './entries.ts';
import type { Asker } from './flight.ts';
import type { Issuance } from './issuance.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { Landing } from './landing.ts';
import { LeaseCare } from './lease-care.ts';
import { OpenedStore } from './opened-store.ts';
import type { Settings } from './settings.ts';
import { Subscribers } from './subscribers.ts';
import { Timetable } from './timetable.ts';
import { Traffic } from './traffic.ts';
import type { Access, News, Served, Subscription, Upstream } from './upstream.ts';
import type { Wiper } from './wiper.ts';

export interface LaneOptions {
  /** Names the lane among all there have been. */
  readonly id: string;
  readonly store: Store;
  readonly settings: Settings;
  readonly kept: KeptAnswers;
  readonly wiper: Wiper;
  /** Counts for all lanes. */
  readonly issuance: Issuance;
  /** Told when the store has been closed since nobody has used it for a while. */
  readonly onEnd: () => void;
}

/** As in `Upstream.subscribe`. */
interface Subscribing extends Pick<Subscriber, 'intervalMs' | 'contradicts'> {
  readonly listener: (news: News) => void;
}

/** Timers of Node end at about 24 days. */
const longestSleep = 60 * 60_000;

const cancelled = providerError('timeout', 'the read was cancelled');
const stopping: ProviderError = providerError('unavailable', 'the broker is stopping');

/** One store as its manifest is now: everything that is read from it. Lanes know nothing of each other, so that a slow or dead store holds up nobody else's secrets. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #stop = new AbortController();
  readonly #nap = new Nap();
  readonly #opened: OpenedStore;
  readonly #calls: Calls;
  readonly #dispatcher: Dispatcher;
  readonly #entries: Entries;
  readonly #timetable = new Timetable();
  readonly #traffic: Traffic;
  readonly #askers: Askers;
  readonly #subscribers: Subscribers;
  readonly #care: LeaseCare;
  readonly #running: Promise<void>;
  #isRetired = false;
  #usedAt: number;

  constructor(options: LaneOptions) {
    const { id, store, settings, kept, wiper, issuance } = options;
    const { clock, log, open, random, limits } = settings;
    const stop = this.#stop.signal;
    const now = clock.monotonic();
    this.#options = options;
    this.#usedAt = now;
    this.#opened = new OpenedStore({ store, open, clock, log });
    this.#entries = new Entries({ prefix: id, kept, wiper, random });
    const wake = (): void => {
      this.#nap.wake();
    };
    this.#care = new LeaseCare({ store: this.#opened, clock, stop, onEnd: wake });
    this.#calls = new Calls({
      log,
      store: this.#opened,
      stop,
      onEnd: (endings) => {
        this.#dispatcher.heed(
          endings.map(([, ending]) => ending),
          clock.monotonic(),
        );
        landing.land(endings);
        wake();
      },
    });
    this.#dispatcher = new Dispatcher({
      type: store.provider.type,
      limits,
      store: this.#opened,
      calls: this.#calls,
      now,
      onPushedOut: (flight, namespace, error) => {
        this.#askers.pushOut(flight, namespace, error);
      },
    });
    const parts = {
      settings,
      issuance,
      entries: this.#entries,
      calls: this.#calls,
      dispatcher: this.#dispatcher,
      timetable: this.#timetable,
      nap: this.#nap,
    };
    const traffic = new Traffic(parts);
    const askers = new Askers({ ...parts, traffic });
    const subscribers = new Subscribers({ ...parts, traffic });
    const landing = new Landing({ ...parts, traffic, askers, subscribers, care: this.#care, random });
    this.#traffic = traffic;
    this.#askers = askers;
    this.#subscribers = subscribers;
    this.#running = this.#run();
  }

  /** As `Upstream.read`. */
  read({ wanted, podUid, namespace }: Access, options: Parameters<Upstream['read']>[1]): Promise<Served> {
    const { fresh, signal } = options;
    const { record } = this.#options.settings;
    const { moment } = this.#traffic;
    this.#usedAt = moment.now;
    if (signal.aborted) return Promise.resolve(err(cancelled));
    const known = fresh ? undefined : this.#entries.known(wanted, podUid, moment);
    if (known !== undefined) {
      record(known.ok ? 'hit' : 'negative');
      return Promise.resolve(known);
    }
    const { promise, resolve } = Promise.withResolvers<Served>();
    const onAbort = (): void => {
      this.#askers.giveUp(asker, cancelled);
    };
    const settle = (served: Served): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(served);
    };
    const asker: Asker = { podUid, namespace, fresh, deadline: 0, settle, flight: undefined };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#askers.ask(asker, wanted);
    return promise;
  }

  /** As `Upstream.subscribe`. */
  subscribe(
    { wanted, podUid, namespace }: Access,
    { intervalMs, listener, contradicts }: Subscribing,
  ): Subscription {
    const { clock, log } = this.#options.settings;
    const tell = (news: News): void => {
      try {
        listener(news);
      } catch (error) {
        log.error(describeThrown(error), 'a subscriber failed unexpectedly');
      }
    };
    const subscriber: Subscriber = {
      intervalMs,
      podUid,
      namespace,
      tell,
      contradicts,
      entry: undefined,
      heard: 'nothing',
    };
    this.#subscribers.join(subscriber, wanted);
    return {
      close: () => {
        this.#usedAt = clock.monotonic();
        this.#subscribers.leave(subscriber);
      },
    };
  }

  /** There is a newer manifest: the store is closed as soon as nobody uses it. */
  retire(): void {
    this.#isRetired = true;
    this.#nap.wake();
  }

  /** Ends everything. Those who wait are told, subscribers are not. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const entry of this.#entries.takeAll()) {
      for (const flight of [entry.flight, entry.next])
        if (flight !== undefined) this.#askers.settle(flight, err(stopping));
      this.#subscribers.end(entry);
    }
    await Promise.all([this.#running, this.#calls.ended(), this.#care.ended()]);
    this.#opened.close();
  }

  get #isUsed(): boolean {
    return this.#entries.size > 0 || this.#calls.size > 0 || this.#care.isNeeded;
  }

  /** When the store is to be closed (`Clock.monotonic`). */
  get #endsAt(): number {
    if (this.#isUsed) return Number.POSITIVE_INFINITY;
    return this.#isRetired ? Number.NEGATIVE_INFINITY : this.#usedAt + this.#options.settings.limits.idleMs;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options.settings;
    const { signal } = this.#stop;
    // Not while it is being made.
    await Promise.resolve();
    while (!signal.aborted) {
      const now = clock.monotonic();
      this.#subscribers.look(now);
      const sendAt = this.#dispatcher.send(now);
      this.#askers.expire(now);
      if (this.#endsAt <= now) {
        this.#end();
        return;
      }
      const nextAt = Math.min(this.#timetable.nextAt, this.#askers.nextAt);
      const wakeAt = Math.min(sendAt, nextAt, this.#endsAt, now + longestSleep);
      await this.#nap.take(clock, Math.max(0, wakeAt - now), signal);
    }
  }

  #end(): void {
    this.#stop.abort();
    this.#opened.close();
    this.#options.onEnd();
  }
}
