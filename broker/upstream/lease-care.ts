import type { Clock } from '../../lib/clock.ts';
import { pause } from '../../lib/kube/backoff.ts';
import type { Lease } from '../../lib/lease.ts';
import type { OpenedStore } from './opened-store.ts';

export interface LeaseCareOptions {
  readonly store: OpenedStore;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Told when there is no lease left. */
  readonly onEnd: () => void;
}

/** Timers of Node end at about 24 days. */
const longestSleep = 60 * 60_000;

/** Keeps the login of a store alive as long as there may be leases that end with it. Whose they are and whether they are in use, only pods know. */
export class LeaseCare {
  readonly #options: LeaseCareOptions;
  /** When the last lease ends, in milliseconds since the epoch. */
  #lastEnd = Number.NEGATIVE_INFINITY;
  #caring: Promise<void> | undefined;

  constructor(options: LeaseCareOptions) {
    this.#options = options;
  }

  /** Whether a lease may be alive that ends with the store's login. */
  get isNeeded(): boolean {
    return this.#caring !== undefined;
  }

  note({ login, expiresAt }: Lease): void {
    if (login === undefined) return;
    this.#lastEnd = Math.max(this.#lastEnd, expiresAt);
    this.#caring ??= this.#care();
  }

  /** Resolves when the last lease has ended, or everything has. */
  async ended(): Promise<void> {
    await this.#caring;
  }

  async #care(): Promise<void> {
    const { clock, store, stop, onEnd } = this.#options;
    let goesOn = true;
    while (goesOn && clock.now() < this.#lastEnd) {
      const again = await store.keepAlive(stop);
      const left = Math.max(0, this.#lastEnd - clock.now());
      goesOn = await pause(clock, Math.min(again, left, longestSleep), stop);
    }
    this.#caring = undefined;
    onEnd();
  }
}
