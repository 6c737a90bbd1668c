import type { Clock } from '../../lib/clock.ts';
import type { Outflow } from '../outflow.ts';

/** The open answer that a feed is written to: Node's `ServerResponse`. */
export interface FeedStream {
  /** False: no more until `drain`. `done` is called when the text has left the process, or never will. */
  write(text: string, done: () => void): boolean;
  end(): void;
  destroy(): void;
}

export interface OutletOptions {
  readonly stream: FeedStream;
  readonly outflow: Outflow;
  /** Whose room the bytes take up. */
  readonly key: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** There may be room now. */
  readonly onRoom: () => void;
}

/** Writes lines as long as the reader takes them and there is room; it keeps none itself. */
export class Outlet {
  readonly #options: OutletOptions;
  #outstanding = 0;
  #fullSince: number | undefined;
  #lastWrite: number;
  #closed = false;
  readonly #resume = (): boolean => {
    this.#waiting = false;
    this.#options.onRoom();
    return !this.#waiting;
  };
  #waiting = false;

  constructor(options: OutletOptions) {
    this.#options = options;
    this.#lastWrite = options.clock.monotonic();
  }

  /** Whether the line was written. If not, `onRoom` is called when it may be tried again. */
  write(line: string): boolean {
    if (this.#closed || this.#fullSince !== undefined || this.#waiting) return false;
    const { stream, outflow, key, clock } = this.#options;
    const bytes = line.length;
    if (!outflow.take(key, bytes)) {
      this.#waiting = true;
      outflow.wait(this.#resume);
      return false;
    }
    this.#outstanding += bytes;
    this.#lastWrite = clock.monotonic();
    const more = stream.write(line, () => {
      this.#sent(bytes);
    });
    if (!more) this.#fullSince = clock.monotonic();
    return true;
  }

  /** The reader has taken what was written. */
  drained(): void {
    if (this.#closed) return;
    this.#fullSince = undefined;
    this.#options.onRoom();
  }

  /** For how long the reader has not taken what was written, in milliseconds. */
  get stalledFor(): number {
    return this.#fullSince === undefined ? 0 : this.#options.clock.monotonic() - this.#fullSince;
  }

  /** For how long nothing was written, in milliseconds. */
  get silentFor(): number {
    return this.#options.clock.monotonic() - this.#lastWrite;
  }

  /** Ends the answer as planned, with a last line; a reader who has not taken what came before is cut off. */
  end(line: string): void {
    const { stream } = this.#options;
    const ends = this.#fullSince === undefined;
    if (ends) stream.write(line, () => undefined);
    this.close();
    if (ends) stream.end();
    else stream.destroy();
  }

  cut(): void {
    this.close();
    this.#options.stream.destroy();
  }

  /** Gives back the room; the stream is somebody else's to end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { outflow, key } = this.#options;
    outflow.forget(this.#resume);
    outflow.give(key, this.#outstanding);
  }

  #sent(bytes: number): void {
    if (this.#closed) return;
    this.#outstanding -= bytes;
    this.#options.outflow.give(this.#options.key, bytes);
  }
}
