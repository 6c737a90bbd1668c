import type { Clock } from '../lib/clock.ts';
import type { PlanSource } from '../lib/plan.ts';
import { isPermanent, type ProviderError } from '../lib/provider-error.ts';
import type { Result } from '../lib/result.ts';
import type { Lease, ReadOutcome } from '../providers/provider.ts';
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
  type Schedule,
} from './core/schedule.ts';
import type { LeaseView } from './held-leases.ts';
import { Waker } from './waker.ts';

/** A source by its index in the plan. */
export interface LaneSource {
  readonly index: number;
  readonly source: PlanSource;
  /** How old its last good document is, in milliseconds; undefined: it has none, or it is to be read anew. */
  readonly ageMs: number | undefined;
}

/** What one pass over a store's due sources brought. */
export interface Pass {
  readonly reads: readonly {
    readonly index: number;
    readonly outcome: ReadOutcome;
    /** Why a lease had to be replaced, where it is that. */
    readonly reason?: ReissueReason | undefined;
  }[];
  readonly renewals: readonly { readonly index: number; readonly outcome: Result<Lease, ProviderError> }[];
  readonly seconds: number;
}

export interface LaneOptions {
  readonly sources: readonly LaneSource[];
  readonly store: BoundedStore;
  readonly clock: Clock;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  /** Factor of the pod's intervals. */
  readonly spread: number;
  readonly stop: AbortSignal;
  /** Whether no generation is out yet. */
  readonly isStarting: () => boolean;
  /** The lease that is held for a source. */
  readonly leaseOf: (index: number) => LeaseView | undefined;
  /** Takes a pass; says, by the source's index, which outcomes were no use and why. */
  readonly onPass: (pass: Pass) => ReadonlyMap<number, ProviderError>;
}

/** A source's place among the lane's. */
interface Place extends LaneSource {
  schedule: Schedule;
  /** Somebody asked for a new read, which has not come to its end. */
  forced: boolean;
}

/** How soon a lane that holds leases looks at the wall clock again: a suspended machine's timers know nothing of the time slept. */
const longestWaitWithLeases = 60_000;

const madeCredential = (outcome: ReadOutcome | undefined): boolean =>
  outcome?.ok === true && outcome.value.lease !== undefined;

/** One store's loop. Lanes know nothing of each other, so that a slow or dead store holds up nobody else's secrets. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waker: Waker;
  readonly #places: readonly Place[];
  /** When the login that leases hang on is to be kept alive, by `Clock.monotonic`. */
  #keepAliveAt = Number.NEGATIVE_INFINITY;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock, options.stop);
    const now = options.clock.monotonic();
    this.#places = options.sources.map((entry) => ({
      ...entry,
      schedule:
        entry.ageMs === undefined
          ? { dueAt: now, failures: 0 }
          : afterRestart(now, this.#interval(entry.source), entry.ageMs),
      forced: false,
    }));
  }

  /** Reads and renews what is due, again and again, until the agent stops. The store stays open. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    while (!stop.aborted) await this.#turn();
  }

  /** Makes every source due at once, leases too; where a pass is under way, right after it. */
  readNow(): void {
    const dueAt = this.#options.clock.monotonic();
    for (const place of this.#places) {
      place.schedule = { ...place.schedule, dueAt };
      place.forced = true;
    }
    this.#waker.wake();
  }

  /** What is done next about a source (by its index in the plan), in how many milliseconds; Infinity: only when asked for. */
  next(index: number): { readonly action: Due['action']; readonly inMs: number } | undefined {
    const place = this.#places.find((entry) => entry.index === index);
    if (place === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    const { action, dueAt } = this.#due(place, now);
    return { action, inMs: Math.max(0, dueAt - now) };
  }

  async #turn(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const keepAliveAt = this.#hangsOnLogin() ? this.#keepAliveAt : Number.POSITIVE_INFINITY;
    if (keepAliveAt <= now) {
      await this.#keepAlive();
      return;
    }
    const dues = this.#places.map((place) => this.#due(place, now));
    const due = dueNow(dues, now).flatMap((at) =>
      this.#places.slice(at, at + 1).map((place) => ({ place, action: dues[at]?.action })),
    );
    if (due.length > 0) await this.#pass(due);
    else await this.#waker.sleep(Math.min(nextDue(dues), keepAliveAt, this.#nextLook()) - now);
  }

  #interval({ intervalSeconds }: PlanSource): number {
    return spreadInterval(intervalSeconds, this.#options.spread);
  }

  #nextLook(): number {
    const holdsLeases = this.#places.some(({ index }) => this.#options.leaseOf(index) !== undefined);
    return holdsLeases ? this.#options.clock.monotonic() + longestWaitWithLeases : Number.POSITIVE_INFINITY;
  }

  #hangsOnLogin(): boolean {
    return this.#places.some(({ index }) => this.#options.leaseOf(index)?.lease.login !== undefined);
  }

  #step({ index, source }: Place): LeaseStep | undefined {
    const { store, spread, leaseOf } = this.#options;
    const view = leaseOf(index);
    if (view === undefined) return undefined;
    const { login, canRenew } = store;
    return leaseStep({ ...view, login, canRenew, spread, intervalMs: this.#interval(source) });
  }

  /** By one reading of the clock for all: what is due now is due at `now`, and not a moment later. */
  #due(place: Place, now: number): Due {
    const { schedule, forced } = place;
    return dueOf({ schedule, forced, step: this.#step(place), now });
  }

  async #keepAlive(): Promise<void> {
    const { store, clock } = this.#options;
    const again = await store.keepAlive();
    this.#keepAliveAt = clock.monotonic() + again;
  }

  /** What is to be renewed does not wait for what is read, nor the other way round. */
  async #pass(
    due: readonly { readonly place: Place; readonly action: Due['action'] | undefined }[],
  ): Promise<void> {
    const withAction = (action: Due['action']): readonly Place[] =>
      due.filter((entry) => entry.action === action).map(({ place }) => place);
    await Promise.all([this.#read(withAction('read')), this.#renew(withAction('renew'))]);
  }

  async #read(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    const { store, clock, onPass } = this.#options;
    const start = clock.monotonic();
    const asked = places.map((place) => ({ place, reason: this.#reason(place), wasForced: place.forced }));
    for (const place of places) place.forced = false;
    const outcomes = await store.read(places.map(({ source }) => source));
    if (outcomes === undefined) return;
    const reads = asked.flatMap(({ place: { index }, reason }, at) =>
      outcomes.slice(at, at + 1).map((outcome) => ({ index, outcome, reason })),
    );
    const errors = onPass({ reads, renewals: [], seconds: (clock.monotonic() - start) / 1_000 });
    // One draw for all: what failed together is tried again together, in one request where the store can.
    const random = this.#options.random();
    for (const [at, { place, wasForced }] of asked.entries()) {
      // A credential that was made is kept, of use or not: another try would make another one.
      const error = madeCredential(outcomes[at]) ? undefined : errors.get(place.index);
      this.#reschedule(place, error, random);
      this.#remember(place, wasForced, error);
    }
  }

  /** A read that was asked for meanwhile is due now; one that was asked for before is over, unless time alone may cure it. */
  #remember(place: Place, wasForced: boolean, error: ProviderError | undefined): void {
    if (place.forced) place.schedule = { ...place.schedule, dueAt: this.#options.clock.monotonic() };
    else if (wasForced && error !== undefined) place.forced = !isPermanent(error.code);
  }

  /** Renews leases; those that cannot live on are replaced in the same turn. */
  async #renew(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    const { store, clock, leaseOf, onPass } = this.#options;
    const start = clock.monotonic();
    const asked = places.flatMap((place) => {
      const view = leaseOf(place.index);
      return view === undefined ? [] : [{ place, lease: view.lease }];
    });
    const outcomes = await store.renew(asked.map(({ lease }) => lease));
    if (outcomes === undefined) return;
    const over: Place[] = [];
    const renewals = asked.flatMap(({ place }, at) => {
      const outcome = outcomes[at];
      if (outcome === undefined) return [];
      if (outcome.ok || !isPermanent(outcome.error.code)) return [{ place, index: place.index, outcome }];
      over.push(place);
      return [];
    });
    if (renewals.length > 0) {
      const errors = onPass({ reads: [], renewals, seconds: (clock.monotonic() - start) / 1_000 });
      const random = this.#options.random();
      for (const { place, index } of renewals) this.#reschedule(place, errors.get(index), random);
    }
    await this.#read(over);
  }

  #reason(place: Place): ReissueReason | undefined {
    const step = this.#step(place);
    return step?.kind === 'reissue' ? step.reason : undefined;
  }

  #reschedule(place: Place, error: ProviderError | undefined, random: number): void {
    const { clock, isStarting, leaseOf } = this.#options;
    const { schedule, source, index } = place;
    const now = clock.monotonic();
    const intervalMs = this.#interval(source);
    if (error === undefined) {
      place.schedule = place.forced ? { dueAt: now, failures: 0 } : afterSuccess(now, intervalMs);
      return;
    }
    const failure = { schedule, error, now, intervalMs, starting: isStarting(), random };
    const view = leaseOf(index);
    place.schedule =
      view === undefined
        ? afterFailure(failure)
        : afterLeaseFailure(failure, view.lease.expiresAt - view.now);
  }
}
