import type { Clock } from '../../lib/clock.ts';

/**
 * The time that requests are signed with. AWS refuses a signature that is off by more than a few minutes, and a pod cannot set
 * its node's clock: so the SDK measures from each answer's `Date` how far the clocks are apart, and signs with what it measured
 * (`systemClockOffset`, milliseconds that it adds to the machine's time). Every client of a store shares the measure through this.
 */
export class SigningClock {
  readonly #clock: Clock;
  /** AWS's time less ours. */
  #difference = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For a client, before it signs. */
  get offset(): number {
    return this.#base() + this.#difference;
  }

  /** From a client, after its answer. */
  learn(offset: number): void {
    this.#difference = offset - this.#base();
  }

  /** The SDK counts from the machine's own clock, which ours need not be. */
  #base(): number {
    return this.#clock.now() - Date.now();
  }
}
