import type { WatchedSource } from '../../lib/broker/protocol.ts';
import { notAudited, type AccessOutcome } from '../audit.ts';
import { failureOf } from '../encoded.ts';
import { lineOf, secretLine } from './line.ts';
import { Outlet, type OutletOptions } from './outlet.ts';
import type { Watch } from './watch.ts';

/** What became of a source. */
export interface SourceOutcome {
  readonly source: WatchedSource;
  readonly result: AccessOutcome;
}

export interface TellerOptions extends Omit<OutletOptions, 'onRoom'> {
  /** Writes to the audit log what the reader is about to be told; false: it cannot be written. */
  readonly account: (outcomes: readonly SourceOutcome[]) => boolean;
}

/** Tells the reader of a feed what became of its sources, as fast as it reads: of each the last word, once it is written down. */
export class Teller {
  readonly #options: TellerOptions;
  readonly #outlet: Outlet;
  /** Sources that the reader has to be told of. */
  readonly #dirty = new Set<Watch>();
  /** What has become of sources since the last flush. */
  readonly #outcomes = new Map<Watch, AccessOutcome>();
  #bundle: string | undefined;
  #flushing = false;
  #closed = false;

  constructor(options: TellerOptions) {
    this.#options = options;
    const onRoom = (): void => {
      this.#flush();
    };
    this.#outlet = new Outlet({ ...options, onRoom });
  }

  /** Says that the feed is open, and for how long. */
  hello(endsInSeconds: number): void {
    this.#outlet.write(lineOf({ event: 'open', endsInSeconds }));
  }

  /** Says that the feed lives, where nothing was said for so many milliseconds. */
  beat(heartbeat: number): void {
    if (this.#outlet.silentFor >= heartbeat) this.#outlet.write(lineOf({ event: 'beat' }));
  }

  /** Has the reader told soon of what its source has to say. `outcome` is for the audit log. */
  tell(watch: Watch, pending: Parameters<Watch['note']>[0], outcome?: AccessOutcome): void {
    if (outcome !== undefined) this.#outcomes.set(watch, outcome);
    watch.note(pending);
    this.tellAgain(watch);
  }

  /** The same for what the source has noted by itself. */
  tellAgain(watch: Watch): void {
    this.#dirty.add(watch);
    this.#flushSoon();
  }

  /** Has it told of the certificates to trust from now on. */
  trust(bundle: string): void {
    this.#bundle = bundle;
    this.#flushSoon();
  }

  /** The reader has taken what was written. */
  drained(): void {
    this.#outlet.drained();
  }

  /** For how long the reader has not taken what was written, in milliseconds. */
  get stalledFor(): number {
    return this.#outlet.stalledFor;
  }

  /** Says that this is the end, and no more. */
  end(): void {
    this.#release();
    this.#outlet.end(lineOf({ event: 'end' }));
  }

  /** Says no more; the stream has ended or is somebody else's to end. */
  close(): void {
    this.#release();
    this.#outlet.close();
  }

  /** Says no more, to a reader who does not read. */
  cut(): void {
    this.#release();
    this.#outlet.cut();
  }

  #release(): void {
    this.#closed = true;
    this.#dirty.clear();
    this.#outcomes.clear();
  }

  /** Once a turn of the event loop: what many sources have to say of one look upstream becomes one line. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed) return;
    this.#account();
    if (!this.#tellTrust()) return;
    for (const watch of this.#dirty) {
      if (watch.pending?.kind === 'same') continue;
      if (!this.#tell(watch)) return;
    }
    const indexes = [...this.#dirty].map(({ index }) => index);
    if (indexes.length === 0 || !this.#outlet.write(lineOf({ event: 'same', indexes }))) return;
    for (const watch of this.#dirty) watch.told();
    this.#dirty.clear();
  }

  /** Has written down what is about to be told. Documents of which it cannot be are not told. */
  #account(): void {
    const outcomes = [...this.#outcomes];
    this.#outcomes.clear();
    const records = outcomes.map(([{ source }, result]) => ({ source, result }));
    if (this.#options.account(records)) return;
    for (const [watch] of outcomes) watch.withhold(notAudited);
  }

  /** Whether the reader has been told of the certificates. */
  #tellTrust(): boolean {
    if (this.#bundle === undefined) return true;
    const told = this.#outlet.write(lineOf({ event: 'trust', bundle: this.#bundle }));
    if (told) this.#bundle = undefined;
    return told;
  }

  /** Whether the reader could be told. */
  #tell(watch: Watch): boolean {
    const { index, pending } = watch;
    if (pending !== undefined && pending.kind !== 'same') {
      const line =
        pending.kind === 'secret'
          ? secretLine(index, pending.secret)
          : lineOf({ event: 'error', index, error: failureOf(pending.error) });
      if (!this.#outlet.write(line)) return false;
    }
    watch.told();
    this.#dirty.delete(watch);
    return true;
  }
}
