import type { Clock } from '../../../lib/clock.ts';
import { ManualClock } from '../manual-clock.ts';

/** A clock of somebody else: it runs as the pod's does, and shows another time if it is told to. */
export class OtherClock implements Clock {
  /** By how much it is ahead of the right time, in milliseconds. */
  ahead = 0;
  readonly #right: () => number;
  readonly #pod: Clock;

  constructor(right: () => number, pod: Clock) {
    this.#right = right;
    this.#pod = pod;
  }

  now(): number {
    return this.#right() + this.ahead;
  }

  monotonic(): number {
    return this.#pod.monotonic();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#pod.sleep(milliseconds, signal);
  }
}

/** The pod's clock. Its wall clock can be wrong while everybody else's is right. */
export class PodClock extends ManualClock {
  /** By how much the wall clock is ahead of the right time, in milliseconds. */
  ahead = 0;

  override now(): number {
    return this.#rightTime() + this.ahead;
  }

  /** A clock of somebody else that shows the right time. */
  other(): OtherClock {
    return new OtherClock(() => this.#rightTime(), this);
  }

  /** Wall clocks show whole milliseconds, whatever the length of a sleep was. */
  #rightTime(): number {
    return Math.floor(super.now());
  }
}
