interface Item<T> {
  readonly at: number;
  readonly value: T;
  /** Counts what was added. */
  readonly order: number;
}

const isBefore = (a: Item<unknown>, b: Item<unknown>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Values by a number, the smallest first, of equal ones the one that came first: adding and taking are O(log n). */
export class MinHeap<T> {
  readonly #items: Item<T>[] = [];
  #count = 0;

  get size(): number {
    return this.#items.length;
  }

  peek(): Item<T> | undefined {
    return this.#items[0];
  }

  add(at: number, value: T): void {
    const items = this.#items;
    this.#count += 1;
    const item = { at, value, order: this.#count };
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || isBefore(parent, item)) break;
      items[place] = parent;
      place = above;
    }
    items[place] = item;
  }

  take(): Item<T> | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** Puts an item to the top and lets it sink to its place. */
  #sink(item: Item<T>): void {
    const items = this.#items;
    let place = 0;
    for (;;) {
      const below = this.#smallerOf(2 * place + 1);
      const child = items[below];
      if (child === undefined || isBefore(item, child)) break;
      items[place] = child;
      place = below;
    }
    items[place] = item;
  }

  #smallerOf(left: number): number {
    const [a, b] = [this.#items[left], this.#items[left + 1]];
    return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
  }
}
