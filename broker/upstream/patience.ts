import type { Asker } from './flight.ts';

/** Those who wait for their turn, in the order in which their patience ends: all have the same, so that is the order in which they came. */
export class Patience {
  readonly #askers = new Set<Asker>();

  /** When the first one has waited long enough (`Clock.monotonic`). */
  get nextAt(): number {
    for (const { deadline } of this.#askers) return deadline;
    return Number.POSITIVE_INFINITY;
  }

  add(asker: Asker): void {
    this.#askers.add(asker);
  }

  delete(asker: Asker): void {
    this.#askers.delete(asker);
  }

  takeEnded(now: number): readonly Asker[] {
    const ended: Asker[] = [];
    for (const asker of this.#askers) {
      if (asker.deadline > now) break;
      ended.push(asker);
    }
    for (const asker of ended) this.#askers.delete(asker);
    return ended;
  }
}
