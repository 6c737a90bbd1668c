import { podIdentity, wantedIdentity } from './core/identity.ts';
import { documentLife, failureLife } from './core/timing.ts';
import { Entry, type Moment } from './entry.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { LeasedSources } from './leased-sources.ts';
import type { Served, Wanted } from './upstream.ts';
import type { Wiper } from './wiper.ts';

export interface EntriesOptions {
  /** Names the store among all there have been. */
  readonly prefix: string;
  readonly kept: KeptAnswers;
  readonly wiper: Wiper;
  readonly random: () => number;
}

/** What is known of one store: what somebody waits for or subscribes to in entries, what was read lately among what all stores keep. */
export class Entries {
  readonly #options: EntriesOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #leased = new LeasedSources();

  constructor(options: EntriesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of what a pod wants; a new one where there is none. */
  obtain(wanted: Wanted, podUid: string): Entry {
    const place = this.#placeOf(wanted, podUid);
    const entry = this.#entries.get(place.id) ?? new Entry({ wanted, ...place });
    this.#entries.set(place.id, entry);
    return entry;
  }

  /** What a pod may be given without asking; undefined: only a read can tell. */
  known(wanted: Wanted, podUid: string, moment: Moment): Served | undefined {
    const { id } = this.#placeOf(wanted, podUid);
    return this.#entries.get(id)?.known(moment) ?? this.#options.kept.get(id)?.served;
  }

  /** Gives an entry what was read lately; it holds it from now on. */
  adopt(entry: Entry): void {
    const { kept, random, wiper } = this.#options;
    const answer = kept.take(entry.id);
    if (answer === undefined) return;
    const { served, at } = answer;
    if (entry.last !== undefined && entry.last.at >= at) {
      if (served.ok) wiper.wipe(served.value);
    } else if (served.ok) this.wipe(entry.hold(served.value, at, random()));
    else entry.fail(served.error, at, random());
  }

  /** Ends an entry that nobody waits for; what was read just now is kept for those who come right after. */
  release(entry: Entry, now: number): void {
    this.forget(entry);
    const { last } = entry;
    const document = entry.giveUp();
    if (last === undefined) return;
    const { served, at } = last;
    if (!served.ok) this.wipe(document);
    const life = served.ok ? documentLife : failureLife(served.error);
    this.#options.kept.set(entry.id, last, at + life - now);
  }

  /** Ends an entry; what it holds stays with it. */
  forget(entry: Entry): void {
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
  }

  /** Takes note of whether a document of this came with a lease. What has parameters, however long, is a pod's own anyway. */
  learn(wanted: Wanted, isLeased: boolean): void {
    if (wanted.parameters !== undefined) return;
    const identity = wantedIdentity(wanted);
    if (isLeased) this.#leased.add(identity);
    else this.#leased.delete(identity);
  }

  wipe(document: Parameters<Wiper['wipe']>[0] | undefined): void {
    if (document !== undefined) this.#options.wiper.wipe(document);
  }

  /** Every entry; none is left. */
  takeAll(): readonly Entry[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    return all;
  }

  #placeOf(wanted: Wanted, podUid: string): { readonly id: string; readonly podUid: string | undefined } {
    const identity = wantedIdentity(wanted);
    const ofPod = wanted.parameters !== undefined || this.#leased.has(identity);
    const id = `${this.#options.prefix} ${ofPod ? podIdentity(identity, podUid) : identity}`;
    return { id, podUid: ofPod ? podUid : undefined };
  }
}
