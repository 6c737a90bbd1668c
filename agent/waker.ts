import type { Clock } from '../lib/clock.ts';

/** Timers of Node end at about 24 days; nobody needs to sleep longer than this without a look around. */
const longestSleep = 60 * 60_000;

/** A sleep that can be ended early, from outside or by the end of everything. */
export class Waker {
  readonly #clock: Clock;
  #sleeping = new AbortController();
  #woken = false;

  constructor(clock: Clock, stop: AbortSignal) {
    this.#clock = clock;
    if (stop.aborted) this.#woken = true;
    stop.addEventListener(
      'abort',
      () => {
        this.wake();
      },
      { once: true },
    );
  }

  /** Resolves after `milliseconds` (at most an hour), or as soon as `wake` is called or was called since the last sleep. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.#woken) {
      this.#sleeping = new AbortController();
      const bounded = Math.max(0, Math.min(milliseconds, longestSleep));
      await this.#clock.sleep(bounded, this.#sleeping.signal).catch(() => undefined);
    }
    this.#woken = false;
  }

  wake(): void {
    this.#woken = true;
    this.#sleeping.abort();
  }
}
