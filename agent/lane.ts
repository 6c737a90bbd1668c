import type { Clock } from '../lib/clock.ts';
import type { PlanSource } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import { err } from '../lib/result.ts';
import type { Provider, ReadOutcome } from '../providers/provider.ts';
import { boundedRead } from './bounded-read.ts';
import {
  afterFailure,
  afterRestart,
  afterSuccess,
  dueNow,
  nextDue,
  spreadInterval,
  type Schedule,
} from './core/schedule.ts';
import { Waker } from './waker.ts';

/** A source by its index in the plan. */
export interface LaneSource {
  readonly index: number;
  readonly source: PlanSource;
  /** How old its last good document is, in milliseconds; undefined: it has none, or it is to be read anew. */
  readonly ageMs: number | undefined;
}

/** One pass over a store's due sources. */
export interface Pass {
  readonly reads: readonly { readonly index: number; readonly outcome: ReadOutcome }[];
  readonly seconds: number;
}

export interface LaneOptions {
  readonly sources: readonly LaneSource[];
  readonly open: () => Promise<Provider>;
  readonly clock: Clock;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  /** Factor of the pod's intervals. */
  readonly spread: number;
  readonly stop: AbortSignal;
  /** Whether no generation is out yet. */
  readonly isStarting: () => boolean;
  /** Takes a pass; says for each read why it is no use, or undefined where it is. */
  readonly onPass: (pass: Pass) => readonly (ProviderError | undefined)[];
  readonly onThrown: (error: unknown) => void;
}

/** One store's loop. Lanes know nothing of each other, so that a slow or dead store holds up nobody else's secrets. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waker: Waker;
  readonly #schedules: Schedule[];
  #provider: Provider | undefined;
  #forced = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock, options.stop);
    const now = options.clock.monotonic();
    this.#schedules = options.sources.map(({ source, ageMs }) =>
      ageMs === undefined ? { dueAt: now, failures: 0 } : afterRestart(now, this.#interval(source), ageMs),
    );
  }

  /** Reads what is due, again and again, until the agent stops. */
  async run(): Promise<void> {
    const { clock, stop } = this.#options;
    while (!stop.aborted) {
      const due = dueNow(this.#schedules, clock.monotonic());
      if (due.length === 0) await this.#waker.sleep(nextDue(this.#schedules) - clock.monotonic());
      else await this.#pass(due);
    }
    this.#provider?.close();
  }

  /** Makes every source due at once; where a pass is under way, right after it. */
  readNow(): void {
    this.#forced = true;
    this.#makeAllDue();
    this.#waker.wake();
  }

  /** Milliseconds until a source (by its index in the plan) is read next; Infinity: only when asked for. */
  untilRead(index: number): number | undefined {
    const place = this.#options.sources.findIndex((entry) => entry.index === index);
    const schedule = this.#schedules[place];
    return schedule === undefined ? undefined : Math.max(0, schedule.dueAt - this.#options.clock.monotonic());
  }

  #interval({ intervalSeconds }: PlanSource): number {
    return spreadInterval(intervalSeconds, this.#options.spread);
  }

  #makeAllDue(): void {
    const now = this.#options.clock.monotonic();
    this.#schedules.forEach((schedule, place) => {
      this.#schedules[place] = { ...schedule, dueAt: now };
    });
  }

  async #open(): Promise<Provider> {
    this.#provider ??= await this.#options.open();
    return this.#provider;
  }

  async #pass(due: readonly number[]): Promise<void> {
    const { clock, sources, onPass } = this.#options;
    const entries = due.flatMap((place) => sources.slice(place, place + 1));
    const start = clock.monotonic();
    this.#forced = false;
    const outcomes = await boundedRead({
      open: () => this.#open(),
      sources: entries.map(({ source }) => source),
      clock,
      stop: this.#options.stop,
      onThrown: this.#options.onThrown,
    });
    if (outcomes === undefined) return;
    const lacking = err(providerError('unavailable', 'the provider gave no answer for this key'));
    const reads = entries.map(({ index }, place) => ({ index, outcome: outcomes[place] ?? lacking }));
    const errors = onPass({ reads, seconds: (clock.monotonic() - start) / 1_000 });
    // One draw for all: what failed together is tried again together, in one request where the store can.
    const random = this.#options.random();
    due.forEach((place, order) => {
      this.#reschedule(place, errors[order], random);
    });
    if (this.#wasForced()) this.#makeAllDue();
  }

  /** `readNow` may have been called while the pass was under way. */
  #wasForced(): boolean {
    return this.#forced;
  }

  #reschedule(place: number, error: ProviderError | undefined, random: number): void {
    const { clock, sources, isStarting } = this.#options;
    const [schedule, entry] = [this.#schedules[place], sources[place]];
    if (schedule === undefined || entry === undefined) return;
    const now = clock.monotonic();
    const intervalMs = this.#interval(entry.source);
    this.#schedules[place] =
      error === undefined
        ? afterSuccess(now, intervalMs)
        : afterFailure({ schedule, error, now, intervalMs, starting: isStarting(), random });
  }
}
