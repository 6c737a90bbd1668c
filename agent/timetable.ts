import type { Clock } from '../lib/clock.ts';
import type { PlanSource } from '../lib/plan.ts';
import { isPermanent, type ProviderError } from '../lib/provider-error.ts';
import type { BoundedStore } from './bounded-store.ts';
import { dueOf, type Due } from './core/due.ts';
import { leaseStep, type LeaseStep, type ReissueReason } from './core/lease.ts';
import {
  afterFailure,
  afterLeaseFailure,
  afterRestart,
  afterSuccess,
  dueNow,
  nextDue,
  spreadInterval,
  togetherWithin,
  type Schedule,
} from './core/schedule.ts';
import type { LeaseView } from './held-leases.ts';

/** A source by its index in the plan. */
export interface LaneSource {
  readonly index: number;
  readonly source: PlanSource;
  /** How old its last good document is, in milliseconds; undefined: it has none, or it is to be read anew. */
  readonly ageMs: number | undefined;
}

export interface TimetableOptions {
  readonly sources: readonly LaneSource[];
  readonly store: Pick<BoundedStore, 'login' | 'canRenew'>;
  readonly clock: Clock;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  /** Factor of the pod's intervals. */
  readonly spread: number;
  /** Whether no generation is out yet. */
  readonly isStarting: () => boolean;
  /** The lease that is held for a source. */
  readonly leaseOf: (index: number) => LeaseView | undefined;
}

/** A source's place in the timetable. */
export interface Place {
  readonly index: number;
  readonly source: PlanSource;
}

/** A source that is due. */
export interface DuePlace {
  readonly place: Place;
  readonly action: Due['action'];
}

/** How what was asked for went; no error: it was of use. */
export interface Ending {
  readonly place: Place;
  readonly error: ProviderError | undefined;
}

/** A read that has begun. */
export interface BegunRead {
  readonly place: Place;
  /** Why it replaces a lease, where it does. */
  readonly reason: ReissueReason | undefined;
  readonly wasForced: boolean;
}

interface Entry extends Place {
  schedule: Schedule;
  /** Somebody asked for a new read, which has not come to its end. */
  forced: boolean;
  /** The store has told of something new, which no read has taken yet. */
  news: boolean;
}

/** How soon the wall clock is looked at again where there are leases: a suspended machine's timers know nothing of the time slept. */
const longestWaitWithLeases = 60_000;

/** When one store's sources are read next, or their leases renewed: by their intervals, by their leases, and by who asks. */
export class Timetable {
  readonly #options: TimetableOptions;
  readonly #entries: ReadonlyMap<number, Entry>;

  constructor(options: TimetableOptions) {
    this.#options = options;
    const now = options.clock.monotonic();
    this.#entries = new Map(
      options.sources.map(({ index, source, ageMs }) => [
        index,
        {
          index,
          source,
          schedule:
            ageMs === undefined
              ? { dueAt: now, failures: 0 }
              : afterRestart(now, this.#interval(source), ageMs),
          forced: false,
          news: false,
        },
      ]),
    );
  }

  /** Whether any lease ends with the store's login. */
  get hangsOnLogin(): boolean {
    return this.#places.some(({ index }) => this.#options.leaseOf(index)?.lease.login !== undefined);
  }

  /** Asks for a new read of everything, leases too. */
  force(): void {
    for (const entry of this.#places) {
      this.#makeDue(entry);
      entry.forced = true;
    }
  }

  /** Makes sources due that the store has something new of. Leases keep to their own times. */
  announce(sources: readonly PlanSource[]): void {
    const told = new Set(sources);
    for (const entry of this.#places) {
      if (!told.has(entry.source)) continue;
      this.#makeDue(entry);
      entry.news = true;
    }
  }

  /** What is done next about a source, in how many milliseconds; Infinity: only when asked for. */
  next(index: number): { readonly action: Due['action']; readonly inMs: number } | undefined {
    const entry = this.#entries.get(index);
    if (entry === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    const { action, dueAt } = this.#due(entry, now);
    return { action, inMs: Math.max(0, dueAt - now) };
  }

  /** What is due at `now` (`Clock.monotonic`), or when to look again; one reading of the clock for all. */
  look(now: number): { readonly due: readonly DuePlace[]; readonly nextAt: number } {
    const places = this.#places;
    const dues = places.map((entry) => this.#due(entry, now));
    const due = dueNow(dues, now).flatMap((at) =>
      places.slice(at, at + 1).map((place) => ({ place, action: dues[at]?.action ?? 'read' })),
    );
    return { due, nextAt: Math.min(nextDue(dues), this.#nextLook(now)) };
  }

  /**
   * Notes that sources are about to be read: what is asked for from now on is another read.
   *
   * @param refused whether renewing their leases was refused for good just now
   */
  begin(places: readonly Place[], refused: boolean): readonly BegunRead[] {
    return places.map((place) => {
      const entry = this.#entries.get(place.index);
      if (entry === undefined) return { place, reason: undefined, wasForced: false };
      const begun = { place, reason: this.#reason(entry, refused), wasForced: entry.forced };
      entry.forced = false;
      entry.news = false;
      return begun;
    });
  }

  /** Notes how reads ended. */
  endReads(endings: readonly (Ending & Pick<BegunRead, 'wasForced'>)[]): void {
    // One draw for all: what failed together is tried again together, in one request where the store can.
    const random = this.#options.random();
    for (const { place, error, wasForced } of endings) {
      const entry = this.#entries.get(place.index);
      if (entry === undefined) continue;
      entry.schedule = this.#afterwards(entry, error, random);
      // One that was asked for meanwhile is due now; one that was asked for before is over, unless time alone may cure it.
      if (entry.forced || entry.news) this.#makeDue(entry);
      else if (wasForced && error !== undefined) entry.forced = !isPermanent(error.code);
    }
  }

  /** Notes how renewals ended. */
  endRenewals(endings: readonly Ending[]): void {
    const random = this.#options.random();
    for (const { place, error } of endings) {
      const entry = this.#entries.get(place.index);
      if (entry === undefined) continue;
      entry.schedule = this.#afterwards(entry, error, random);
      if (entry.forced && error === undefined) this.#makeDue(entry);
    }
  }

  get #places(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  #interval({ intervalSeconds }: PlanSource): number {
    return spreadInterval(intervalSeconds, this.#options.spread);
  }

  #nextLook(now: number): number {
    const holdsLeases = this.#places.some(({ index }) => this.#options.leaseOf(index) !== undefined);
    return holdsLeases ? now + longestWaitWithLeases : Number.POSITIVE_INFINITY;
  }

  #step({ index, source }: Entry, aheadMs = 0): LeaseStep | undefined {
    const { store, spread, leaseOf } = this.#options;
    const view = leaseOf(index);
    if (view === undefined) return undefined;
    const { login, canRenew } = store;
    const facts = { ...view, now: view.now + aheadMs, login, canRenew, spread };
    return leaseStep({ ...facts, intervalMs: this.#interval(source) });
  }

  #due(entry: Entry, now: number): Due {
    const { schedule, forced } = entry;
    return dueOf({ schedule, forced, step: this.#step(entry), now });
  }

  /** What is due within the next second is replaced along with what is due now. */
  #reason(entry: Entry, refused: boolean): ReissueReason | undefined {
    if (refused) return 'renewal refused';
    const step = this.#step(entry, togetherWithin);
    if (step?.kind === 'reissue') return step.reason;
    return step !== undefined && entry.forced ? 'asked for' : undefined;
  }

  #afterwards(
    { schedule, source, index }: Entry,
    error: ProviderError | undefined,
    random: number,
  ): Schedule {
    const { clock, isStarting, leaseOf } = this.#options;
    const now = clock.monotonic();
    const intervalMs = this.#interval(source);
    if (error === undefined) return afterSuccess(now, intervalMs);
    const failure = { schedule, error, now, intervalMs, starting: isStarting(), random };
    const view = leaseOf(index);
    return view === undefined
      ? afterFailure(failure)
      : afterLeaseFailure(failure, view.lease.expiresAt - view.now);
  }

  #makeDue(entry: Entry): void {
    entry.schedule = { ...entry.schedule, dueAt: this.#options.clock.monotonic() };
  }
}
