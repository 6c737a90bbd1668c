/** Most that may be on its way to callers at a time, in bytes. */
export interface OutflowLimits {
  readonly total: number;
  /** To callers of one key. */
  readonly ofOne: number;
}

/**
 * Bounds what waits in the process to be sent: documents may be large, and thousands may be told of one at the same time. Who finds no room
 * is called when there is some, in the order in which they came.
 */
export class Outflow {
  readonly #limits: OutflowLimits;
  #total = 0;
  readonly #out = new Map<string, number>();
  readonly #waiting = new Set<() => boolean>();
  /** Whether the last `take` found no room for anybody. */
  #full = false;

  constructor(limits: OutflowLimits) {
    this.#limits = limits;
  }

  /** Whether so many bytes may be sent now. They may, whatever their number, where nothing else is on its way. */
  take(key: string, bytes: number): boolean {
    const out = this.#out.get(key) ?? 0;
    this.#full = this.#total > 0 && this.#total + bytes > this.#limits.total;
    if (this.#full || (out > 0 && out + bytes > this.#limits.ofOne)) return false;
    this.#total += bytes;
    this.#out.set(key, out + bytes);
    return true;
  }

  /** They have been sent, or never will be. */
  give(key: string, bytes: number): void {
    const left = (this.#out.get(key) ?? 0) - bytes;
    this.#total -= bytes;
    if (left > 0) this.#out.set(key, left);
    else this.#out.delete(key);
    this.#full = false;
    for (const resume of this.#waiting) {
      if (resume()) this.#waiting.delete(resume);
      else if (this.#isFull()) return;
    }
  }

  /** Calls when there is room, again and again until `resume` says that it has had what it needs. */
  wait(resume: () => boolean): void {
    this.#waiting.add(resume);
  }

  /** Waits no longer. */
  forget(resume: () => boolean): void {
    this.#waiting.delete(resume);
  }

  #isFull(): boolean {
    return this.#full;
  }

  /** Bytes on their way. */
  get bytes(): number {
    return this.#total;
  }
}
