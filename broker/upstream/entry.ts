import type { PlanSource } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok } from '../../lib/result.ts';
import type { SecretDocument } from '../../providers/provider.ts';
import { Audience } from './audience.ts';
import { isAlone } from './core/batch.ts';
import {
  documentLife,
  doubtedLife,
  earliness,
  failureLife,
  isLeaseYoung,
  nextLook,
  nextTry,
} from './core/timing.ts';
import type { Flight } from './flight.ts';
import type { Contradicts, Served, Wanted } from './upstream.ts';

/** The time, by both clocks. */
export interface Moment {
  /** `Clock.monotonic`. */
  readonly now: number;
  /** `Clock.now`. */
  readonly wallClock: number;
}

interface Failure {
  readonly error: ProviderError;
  readonly at: number;
  readonly retryAt: number;
}

export interface EntryOptions {
  readonly id: string;
  readonly wanted: Wanted;
  /** Whose it is, where it is one pod's alone. */
  readonly podUid: string | undefined;
}

/** One thing that somebody waits for or subscribes to, and what is known of it. It holds one document at most: the last good one. */
export class Entry {
  readonly id: string;
  readonly wanted: Wanted;
  readonly podUid: string | undefined;
  readonly source: PlanSource;
  readonly audience = new Audience();
  /** What is on its way or waits for its turn. */
  flight: Flight | undefined;
  /** What has to begin after `flight` has ended: somebody asked for a fresh read meanwhile. */
  next: Flight | undefined;
  #document: SecretDocument | undefined;
  /** When the document was last seen to be the newest. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #draw = 0;
  #failure: Failure | undefined;
  #failures = 0;
  #wantsLook = false;

  constructor({ id, wanted, podUid }: EntryOptions) {
    this.id = id;
    this.wanted = wanted;
    this.podUid = podUid;
    this.source = { ...wanted, store: 0, intervalSeconds: 0 };
  }

  get document(): SecretDocument | undefined {
    return this.#document;
  }

  /** Whether it is not to be read together with others: they would have to wait for it, or a provider might take two pods' for one. */
  get isAlone(): boolean {
    return this.podUid !== undefined || isAlone(this.wanted) || this.#failure?.error.code === 'timeout';
  }

  /** When it is to be looked at (`Clock.monotonic`); Infinity: not by itself. */
  get dueAt(): number {
    if (this.flight !== undefined || this.audience.size === 0) return Number.POSITIVE_INFINITY;
    if (this.#wantsLook) return Number.NEGATIVE_INFINITY;
    if (this.#failure !== undefined) return this.#failure.retryAt;
    // Another look would make another credential.
    if (this.#document?.lease !== undefined) return Number.POSITIVE_INFINITY;
    return nextLook(this.#lookedAt, this.audience.intervalMs, this.#draw);
  }

  /** From when on it may come along with others that are due. */
  get mayComeAlongAt(): number {
    return this.#failure === undefined ? this.dueAt - earliness(this.audience.intervalMs) : this.dueAt;
  }

  /** How the last look ended; undefined where there was none. */
  get last(): { readonly served: Served; readonly at: number } | undefined {
    if (this.#failure !== undefined) return { served: err(this.#failure.error), at: this.#failure.at };
    return this.#document === undefined ? undefined : { served: ok(this.#document), at: this.#lookedAt };
  }

  /** What may be told without asking; undefined: only a read can tell. */
  known(moment: Moment, oldestMs = documentLife, contradicts?: Contradicts): Served | undefined {
    const { now } = moment;
    const document = this.#document;
    if (document !== undefined && this.#isYoung(document, moment, oldestMs)) {
      const isDoubtful = contradicts !== undefined && this.#isDoubted(document, now, contradicts);
      if (!isDoubtful) return ok(document);
    }
    if (this.#failure === undefined) return undefined;
    const { error, at } = this.#failure;
    return now - at < failureLife(error) ? err(error) : undefined;
  }

  /** Has it looked at as soon as possible. */
  lookSoon(): void {
    this.#wantsLook = true;
  }

  /** Takes what was seen to be the newest; gives the document that it takes the place of. */
  hold(document: SecretDocument, at: number, draw: number): SecretDocument | undefined {
    const before = this.#document;
    this.#document = document;
    this.#lookedAt = at;
    this.#draw = draw;
    this.#failure = undefined;
    this.#failures = 0;
    this.#wantsLook = false;
    return before === document ? undefined : before;
  }

  /** Notes a failure; the last good document stays. */
  fail(error: ProviderError, now: number, draw: number): void {
    this.#failures += 1;
    const intervalMs = this.audience.intervalMs;
    const retryAt = nextTry({ now, error, failures: this.#failures, intervalMs, random: draw });
    this.#failure = { error, at: now, retryAt };
    this.#wantsLook = false;
  }

  /** Gives up the document; whoever takes it wipes it. */
  giveUp(): SecretDocument | undefined {
    const document = this.#document;
    this.#document = undefined;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    return document;
  }

  /** Whether somebody has another one, which may be newer. What is one pod's own is nobody else's to have read. */
  #isDoubted(document: SecretDocument, now: number, contradicts: Contradicts): boolean {
    if (this.podUid !== undefined || document.lease !== undefined) return false;
    return now - this.#lookedAt > doubtedLife && contradicts(document);
  }

  #isYoung({ lease }: SecretDocument, { now, wallClock }: Moment, oldestMs: number): boolean {
    if (lease !== undefined) return isLeaseYoung(lease, wallClock);
    return now - this.#lookedAt <= Math.max(oldestMs, documentLife);
  }
}
