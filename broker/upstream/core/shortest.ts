import { MinHeap } from './min-heap.ts';

/** Numbers that come and go, and the smallest of them: as fast for ten thousand as for ten. */
export class Shortest {
  readonly #counts = new Map<number, number>();
  readonly #heap = new MinHeap<number>();

  add(value: number): void {
    const count = this.#counts.get(value) ?? 0;
    this.#counts.set(value, count + 1);
    if (count === 0) this.#heap.add(value, value);
  }

  delete(value: number): void {
    const count = (this.#counts.get(value) ?? 0) - 1;
    if (count > 0) this.#counts.set(value, count);
    else this.#counts.delete(value);
    // What comes and goes while another one stays the smallest is in the heap many times over.
    if (this.#heap.size > 2 * this.#counts.size + 32) this.#rebuild();
  }

  /** Infinity where there is none. */
  get value(): number {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (this.#counts.has(top.value)) return top.value;
      this.#heap.take();
    }
    return Number.POSITIVE_INFINITY;
  }

  #rebuild(): void {
    this.#heap.clear();
    for (const value of this.#counts.keys()) this.#heap.add(value, value);
  }
}
