import type { Clock } from '../../lib/clock.ts';

/** How long one request waits for another, in milliseconds. */
const patience = 250;

/**
 * Requests one after the other on one connection as long as they are answered quickly; one that takes its time holds nobody up for long.
 */
export class Turns {
  readonly #clock: Clock;
  #running = 0;
  #free = Promise.withResolvers<undefined>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#clock.monotonic() + patience;
    // Nothing may come between the look and the next line, or two would go at once.
    while (this.#running > 0 && this.#clock.monotonic() < end) await this.#untilFree(end);
    this.#running += 1;
    try {
      return await work();
    } finally {
      // The connection of an answer that has just been read is free a moment later.
      setImmediate(() => {
        this.#running -= 1;
        this.#free.resolve(undefined);
        this.#free = Promise.withResolvers();
      });
    }
  }

  async #untilFree(end: number): Promise<void> {
    const over = new AbortController();
    const late = this.#clock.sleep(end - this.#clock.monotonic(), over.signal).catch(() => undefined);
    await Promise.race([this.#free.promise, late]);
    over.abort();
  }
}
