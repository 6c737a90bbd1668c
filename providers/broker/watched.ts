import { digestOf } from '../../lib/broker/digest.ts';
import type { BrokerRead, WatchedSource } from '../../lib/broker/protocol.ts';
import { given } from '../../lib/given.ts';
import type { PlanSource, PlanStore } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ReadOutcome, SecretDocument } from '../provider.ts';

/** A moment by both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** What the feed says of a source. */
export type Told = 'same' | Result<SecretDocument, ProviderError>;

/** Of a source whose feed is silent for two of its intervals, and at least for so long, the broker is asked; in milliseconds. */
const shortestSilence = 30_000;

/** A source as a request names it. */
export const brokerRead = ({ kind, name }: PlanStore, source: PlanSource): BrokerRead => {
  const { key, version, stage, parameters, find } = source;
  return { store: { kind, name }, key, ...given({ version, stage, parameters, find }) };
};

/** What is known of one source: its document, and whether the feed has said something that nobody has read yet. */
export class WatchedSecret {
  readonly read: BrokerRead;
  readonly #intervalSeconds: number;
  #document: SecretDocument | undefined;
  #error: ProviderError | undefined;
  #isNews = false;
  /** When the broker last spoke of it, by the monotonic clock. */
  #toldAt: number;
  #events = 0;

  /** @param held what a process before this one had of it */
  constructor(
    { read, intervalSeconds }: { readonly read: BrokerRead; readonly intervalSeconds: number },
    held: SecretDocument | undefined,
    now: Moment,
  ) {
    this.read = read;
    this.#intervalSeconds = intervalSeconds;
    this.#document = held;
    this.#toldAt = now.monotonic;
  }

  /** How the feed is to watch it; undefined where there is nothing to watch: it is read once, or has a lease, which has times of its own. */
  get watched(): WatchedSource | undefined {
    const isOver = this.#isLeased || (this.#intervalSeconds === 0 && this.#document !== undefined);
    if (isOver) return undefined;
    const known = this.#document === undefined ? undefined : digestOf(this.#document.bytes.reveal());
    return { ...this.read, intervalSeconds: this.#intervalSeconds, ...given({ known }) };
  }

  /** How many times the feed has spoken of it. */
  get events(): number {
    return this.#events;
  }

  get #isLeased(): boolean {
    return this.#document?.lease !== undefined;
  }

  /**
   * The outcome of a read that needs no request: what the feed has brought, or, as long as it is open, what it has confirmed. A source
   * that never had a document is asked for.
   */
  recall(now: Moment, isFeedOpen: boolean): ReadOutcome | undefined {
    if (this.#isNews) return this.#take();
    const silence = Math.max(shortestSilence, 2_000 * this.#intervalSeconds);
    const isConfirmed = isFeedOpen && now.monotonic - this.#toldAt <= silence;
    return isConfirmed && !this.#isLeased && this.#document !== undefined ? this.#take() : undefined;
  }

  /**
   * Takes what the broker answered to a request; returns what it comes to. What the feed said meanwhile counts: the broker believes that it is known here,
   * and would not say it again.
   *
   * @param eventsBefore `events` when the request was sent
   */
  answer(outcome: ReadOutcome, eventsBefore: number, now: Moment): ReadOutcome {
    const isLease = outcome.ok && outcome.value.lease !== undefined;
    if (this.#events !== eventsBefore && !isLease) return this.#take() ?? outcome;
    if (outcome.ok) this.#set(outcome.value, now);
    else {
      this.#error = outcome.error;
      this.#toldAt = now.monotonic;
    }
    return outcome;
  }

  /** Takes what the feed says; returns whether it is news. */
  tell(told: Told, now: Moment): boolean {
    if (this.#isLeased) return false;
    if (told === 'same') return this.#confirm(now);
    this.#events += 1;
    if (told.ok) return this.#tellDocument(told.value, now);
    this.#toldAt = now.monotonic;
    const { code, message } = told.error;
    const isOld = this.#error?.code === code && this.#error.message === message;
    this.#error = told.error;
    this.#isNews ||= !isOld;
    return !isOld;
  }

  #tellDocument(document: SecretDocument, now: Moment): boolean {
    const before = this.#document?.bytes.reveal();
    if (document.lease === undefined && before?.equals(document.bytes.reveal()) === true)
      return this.#confirm(now);
    this.#set(document, now);
    this.#isNews = true;
    return true;
  }

  #confirm(now: Moment): boolean {
    if (this.#document === undefined) return false;
    const wasFailing = this.#error !== undefined;
    this.#set(this.#document, now);
    this.#isNews ||= wasFailing;
    return wasFailing;
  }

  #set(document: SecretDocument, { wall, monotonic }: Moment): void {
    this.#document = { ...document, confirmedAt: wall };
    this.#error = undefined;
    this.#toldAt = monotonic;
  }

  #take(): ReadOutcome | undefined {
    this.#isNews = false;
    if (this.#error !== undefined) return err(this.#error);
    return this.#document === undefined ? undefined : ok(this.#document);
  }
}
