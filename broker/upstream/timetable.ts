import { MinHeap } from './core/min-heap.ts';
import type { Entry } from './entry.ts';

/** When what is subscribed to is looked at next. Each change of one entry costs O(log n). */
export class Timetable {
  readonly #heap = new MinHeap<Entry>();
  /** When an entry comes up in the heap: never later than it is due. */
  readonly #comesUpAt = new Map<Entry, number>();

  /** When something is due (`Clock.monotonic`), or has to be looked through; Infinity: nothing is. */
  get nextAt(): number {
    return this.#heap.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** To be called whenever an entry may be due earlier than before. */
  note(entry: Entry): void {
    const { dueAt } = entry;
    if (dueAt >= (this.#comesUpAt.get(entry) ?? Number.POSITIVE_INFINITY)) return;
    this.#comesUpAt.set(entry, dueAt);
    this.#heap.add(dueAt, entry);
    if (this.#heap.size > 2 * this.#comesUpAt.size + 64) this.#rebuild();
  }

  forget(entry: Entry): void {
    this.#comesUpAt.delete(entry);
  }

  /** Takes what is due, and what may come along with it. */
  takeDue(now: number): readonly Entry[] {
    const due: Entry[] = [];
    const later: Entry[] = [];
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      const { at, value: entry } = top;
      const isDue = at <= now || (due.length > 0 && entry.mayComeAlongAt <= now);
      if (!isDue) break;
      this.#heap.take();
      // Noted again as earlier, or gone.
      if (this.#comesUpAt.get(entry) !== at) continue;
      this.#comesUpAt.delete(entry);
      if (entry.dueAt <= now || (due.length > 0 && entry.mayComeAlongAt <= now)) due.push(entry);
      else later.push(entry);
    }
    for (const entry of later) this.note(entry);
    return due;
  }

  #rebuild(): void {
    this.#heap.clear();
    for (const [entry, at] of this.#comesUpAt) this.#heap.add(at, entry);
  }
}
