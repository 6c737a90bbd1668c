import type { PlanSource } from '../lib/plan.ts';
import { isPermanent, type ProviderError } from '../lib/provider-error.ts';
import type { Result } from '../lib/result.ts';
import type { Lease, ReadOptions, ReadOutcome } from '../providers/provider.ts';
import type { BoundedStore } from './bounded-store.ts';
import type { Due } from './core/due.ts';
import type { ReissueReason } from './core/lease.ts';
import {
  Timetable,
  type BegunRead,
  type DuePlace,
  type Ending,
  type Place,
  type TimetableOptions,
} from './timetable.ts';
import { Waker } from './waker.ts';

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

export interface LaneOptions extends TimetableOptions {
  readonly store: BoundedStore;
  readonly stop: AbortSignal;
  /** Whether the store is to tell of what changes, once the first reads are over. Default: no. */
  readonly follows?: boolean;
  /** Takes a pass; says, by the source's index, which outcomes were no use and why. */
  readonly onPass: (pass: Pass) => ReadonlyMap<number, ProviderError>;
}

type Outcomes = readonly ReadOutcome[] | undefined;

const madeCredential = (outcome: ReadOutcome | undefined): boolean =>
  outcome?.ok === true && outcome.value.lease !== undefined;

/** One store's loop. Lanes know nothing of each other, so that a slow or dead store holds up nobody else's secrets. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waker: Waker;
  readonly #timetable: Timetable;
  /** When the login that leases hang on is to be kept alive, by `Clock.monotonic`. */
  #keepAliveAt = Number.NEGATIVE_INFINITY;
  #following: boolean;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock, options.stop);
    this.#timetable = new Timetable(options);
    this.#following = options.follows !== true;
  }

  /** Reads and renews what is due, again and again, until the agent stops. The store stays open. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    while (!stop.aborted) await this.#turn();
  }

  /** Makes every source due at once, leases too; where a pass is under way, right after it. */
  readNow(): void {
    this.#timetable.force();
    this.#waker.wake();
  }

  /** Makes sources due that the store has something new of; where a pass is under way, right after it. */
  announce(sources: readonly PlanSource[]): void {
    this.#timetable.announce(sources);
    this.#waker.wake();
  }

  /** What is done next about a source (by its index in the plan), in how many milliseconds; Infinity: only when asked for. */
  next(index: number): ReturnType<Timetable['next']> {
    return this.#timetable.next(index);
  }

  async #turn(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const keepAliveAt = this.#timetable.hangsOnLogin ? this.#keepAliveAt : Number.POSITIVE_INFINITY;
    if (keepAliveAt <= now) {
      await this.#keepAlive();
      return;
    }
    const { due, nextAt } = this.#timetable.look(now);
    if (due.length > 0) await this.#pass(due);
    else await this.#rest(Math.min(nextAt, keepAliveAt) - now);
  }

  async #rest(milliseconds: number): Promise<void> {
    if (!this.#following) await this.#follow();
    await this.#waker.sleep(milliseconds);
  }

  async #follow(): Promise<void> {
    const { store, sources } = this.#options;
    this.#following = await store.follow(sources.map(({ source }) => source));
  }

  async #keepAlive(): Promise<void> {
    const { store, clock } = this.#options;
    const again = await store.keepAlive();
    this.#keepAliveAt = clock.monotonic() + again;
  }

  /** What is to be renewed does not wait for what is read, nor the other way round. */
  async #pass(due: readonly DuePlace[]): Promise<void> {
    const withAction = (action: Due['action']): readonly Place[] =>
      due.filter((entry) => entry.action === action).map(({ place }) => place);
    await Promise.all([this.#read(withAction('read')), this.#renew(withAction('renew'))]);
  }

  async #read(places: readonly Place[], refused = false): Promise<void> {
    if (places.length === 0) return;
    const { clock, onPass } = this.#options;
    const start = clock.monotonic();
    const begun = this.#timetable.begin(places, refused);
    const outcomes = await this.#outcomes(begun);
    if (outcomes === undefined) return;
    const reads = begun.flatMap(({ place: { index }, reason }, at) =>
      outcomes.slice(at, at + 1).map((outcome) => ({ index, outcome, reason })),
    );
    const errors = onPass({ reads, renewals: [], seconds: (clock.monotonic() - start) / 1_000 });
    // A credential that was made is kept, of use or not: another try would make another one.
    const errorOf = ({ index }: Place, at: number): ProviderError | undefined =>
      madeCredential(outcomes[at]) ? undefined : errors.get(index);
    this.#timetable.endReads(
      begun.map(({ place, wasForced }, at) => ({ place, wasForced, error: errorOf(place, at) })),
    );
  }

  /** What somebody asked for, and leases to be replaced, are asked for apart where the rest may have kept answers. */
  async #outcomes(begun: readonly BegunRead[]): Promise<Outcomes> {
    const isFresh = ({ wasForced, reason }: BegunRead): boolean => wasForced || reason !== undefined;
    const [fresh, rest] = [begun.filter(isFresh), begun.filter((read) => !isFresh(read))];
    const read = async (reads: readonly BegunRead[], options: ReadOptions): Promise<Outcomes> => {
      const sources = reads.map(({ place: { source } }) => source);
      return sources.length === 0 ? [] : this.#options.store.read(sources, options);
    };
    const parts = await Promise.all([read(fresh, { fresh: true }), read(rest, { fresh: false })]);
    const [freshOutcomes, restOutcomes] = parts;
    if (freshOutcomes === undefined || restOutcomes === undefined) return undefined;
    const byRead = new Map(
      [...fresh, ...rest].map((read, at) => [read, [...freshOutcomes, ...restOutcomes][at]]),
    );
    return begun.flatMap((read) => byRead.get(read) ?? []);
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
    const ends = asked.flatMap(({ place }, at) =>
      outcomes.slice(at, at + 1).map((outcome) => ({ place, index: place.index, outcome })),
    );
    const isOver = ({ outcome }: (typeof ends)[number]): boolean =>
      !outcome.ok && isPermanent(outcome.error.code);
    const renewals = ends.filter((end) => !isOver(end));
    if (renewals.length > 0) {
      const errors = onPass({ reads: [], renewals, seconds: (clock.monotonic() - start) / 1_000 });
      this.#timetable.endRenewals(
        renewals.map(({ place, index }): Ending => ({ place, error: errors.get(index) })),
      );
    }
    await this.#read(
      ends.filter(isOver).map(({ place }) => place),
      true,
    );
  }
}
