export interface TurnLimits {
  readonly atATime: number;
  /** How many may wait in all. */
  readonly waiting: number;
  /** How many of one key may wait. */
  readonly waitingOfOne: number;
}

/**
 * Lets so many work at a time. The others wait and are taken one of each key in turn, so that whoever comes with many waits for their own,
 * and not everybody for them.
 */
export class Turns {
  readonly #limits: TurnLimits;
  #working = 0;
  #waiting = 0;
  /** Who waits, by key; the key whose turn is next comes first. */
  readonly #queues = new Map<string, (() => void)[]>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Does `work` when it is this key's turn; undefined, at once, where too many wait already. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#working < this.#limits.atATime) this.#working += 1;
    else if (!(await this.#wait(key))) return undefined;
    try {
      return await work();
    } finally {
      this.#handOver();
    }
  }

  async #wait(key: string): Promise<boolean> {
    const queue = this.#queues.get(key) ?? [];
    if (this.#waiting >= this.#limits.waiting || queue.length >= this.#limits.waitingOfOne) return false;
    this.#queues.set(key, queue);
    this.#waiting += 1;
    await new Promise<void>((resolve) => queue.push(resolve));
    return true;
  }

  /** The place that is free goes to whoever is next, without having been free in between. */
  #handOver(): void {
    for (const [key, queue] of this.#queues) {
      this.#queues.delete(key);
      if (queue.length > 1) this.#queues.set(key, queue);
      this.#waiting -= 1;
      queue.shift()?.();
      return;
    }
    this.#working -= 1;
  }
}
