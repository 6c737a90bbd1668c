const initialMilliseconds = 10_000;
const maximumMilliseconds = 300_000;

/**
 * When a container that ended may start again: at once after its first end, then 10 s after, 20 s, 40 s, at most 300 s; the count
 * begins anew when it has not been needed for 10 minutes. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts
 */
export class BackOff {
  #delay: number | undefined;
  #updated = -Infinity;

  /** How long to wait from the end of the last run, in milliseconds. */
  get delay(): number {
    return this.#delay ?? 0;
  }

  /** How much of the wait is left at `now`, for a container that ended at `finishedAt`; 0 when it may start. */
  remaining(finishedAt: number, now: number): number {
    if (this.#delay === undefined || this.#hasExpired(finishedAt)) return 0;
    return Math.max(0, finishedAt + this.#delay - now);
  }

  /** Counts a restart at `now` of a container that ended at `finishedAt`. */
  count(finishedAt: number, now: number): void {
    const anew = this.#delay === undefined || this.#hasExpired(finishedAt);
    this.#delay = anew ? initialMilliseconds : Math.min(this.delay * 2, maximumMilliseconds);
    this.#updated = now;
  }

  #hasExpired(finishedAt: number): boolean {
    return finishedAt - this.#updated > 2 * maximumMilliseconds;
  }
}
