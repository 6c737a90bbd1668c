import type { Clock } from '../../lib/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until `advance` moves it; sleepers wake in the order in which they are due. */
export class ManualClock implements Clock {
  #elapsed = 0;
  readonly #start: number;
  #sleepers: Sleeper[] = [];
  #watchers: (() => void)[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = { due: this.#elapsed + Math.max(0, milliseconds), wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** How long until the next sleeper wakes, or undefined when nobody sleeps. */
  untilNext(): number | undefined {
    const dues = this.#sleepers.map((sleeper) => sleeper.due - this.#elapsed);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  /** Resolves as soon as `count` sleepers are waiting. */
  async sleeping(count = 1): Promise<void> {
    while (this.#sleepers.length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Moves time on, waking sleepers on the way and letting what they wake run. */
  async advance(milliseconds: number): Promise<void> {
    // Whoever was woken by other means falls asleep again first: time that leaps over them would find them late.
    await new Promise((resolve) => setImmediate(resolve));
    const end = this.#elapsed + milliseconds;
    for (;;) {
      const next = this.#sleepers.filter((sleeper) => sleeper.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#elapsed = end;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** As after a pause of the process: it is later all at once, and what was due meanwhile wakes only now. */
  async jump(milliseconds: number): Promise<void> {
    this.#elapsed += milliseconds;
    await this.advance(0);
  }
}
