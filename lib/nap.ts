import type { Clock } from './clock.ts';
import { pause } from './kube/backoff.ts';

/** The sleep of a loop that something may wake: it looks again when the time has passed, or when there is something to see. */
export class Nap {
  #woken = false;
  #sleeping = new AbortController();

  /** Ends the nap that is taken, or the next one: nothing that happens while the loop works is slept over. */
  wake(): void {
    this.#woken = true;
    this.#sleeping.abort();
  }

  /** Resolves when woken, when the time has passed, and when `signal` aborts. */
  async take(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken) {
      this.#sleeping = new AbortController();
      await pause(clock, milliseconds, AbortSignal.any([this.#sleeping.signal, signal]));
    }
    this.#woken = false;
  }
}
