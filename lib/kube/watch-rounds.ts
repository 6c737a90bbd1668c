import type { Clock } from '../clock.ts';

/** A watch that ends sooner than this and brought no event was of no use: the next one waits. */
const usefulMilliseconds = 1000;

/** Counts rounds of list and watch that were in vain, one after the other: they must not keep the server busy. */
export class WatchRounds {
  readonly #clock: Clock;
  #opened: number | undefined;
  #events = 0;
  #inVain = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A round begins. */
  begin(): void {
    this.#opened = undefined;
    this.#events = 0;
  }

  /** Its watch is open. */
  opened(): void {
    this.#opened = this.#clock.monotonic();
  }

  /** Its watch brought an event. */
  progressed(): void {
    this.#events += 1;
  }

  /** It is over. Returns 1 where it was of some use, and one more for each after it that was in vain. */
  end(): number {
    this.#inVain = this.#wasUseful() ? 1 : this.#inVain + 1;
    return this.#inVain;
  }

  #wasUseful(): boolean {
    const since = this.#opened;
    return this.#events > 0 || (since !== undefined && this.#clock.monotonic() - since >= usefulMilliseconds);
  }
}
