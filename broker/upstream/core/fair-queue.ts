/** Whose turn it is in one namespace: those who wait for an answer come before what is looked at on its interval. */
interface Line<T> {
  readonly urgent: Set<T>;
  readonly patient: Set<T>;
}

const firstOf = <T>(items: Iterable<T>): T | undefined => {
  for (const item of items) return item;
  return undefined;
};

const lastOf = <T>(set: ReadonlySet<T>): T | undefined => {
  let last: T | undefined;
  for (const item of set) last = item;
  return last;
};

const lengthOf = (line: Line<unknown>): number => line.urgent.size + line.patient.size;

/**
 * What waits, in one line a namespace. The lines are served in turn, so that the flood of one namespace makes that namespace wait and nobody else.
 * One item may stand in several lines; it is served where its turn comes first.
 */
export class FairQueue<T extends object> {
  /** The line whose turn is next comes first. */
  readonly #lines = new Map<string, Line<T>>();
  readonly #places = new Map<T, Set<string>>();
  #urgent = 0;

  /** How many items wait. */
  get size(): number {
    return this.#places.size;
  }

  /** How many places of those who wait for an answer are taken. */
  get urgent(): number {
    return this.#urgent;
  }

  has(item: T): boolean {
    return this.#places.has(item);
  }

  /** Puts an item at the end of a line; where it stands in it already, it stays, but `urgent` may take it forward. */
  add(item: T, namespace: string, urgent: boolean): void {
    const line = this.#lines.get(namespace) ?? { urgent: new Set<T>(), patient: new Set<T>() };
    this.#lines.set(namespace, line);
    if (line.urgent.has(item)) return;
    if (urgent) {
      line.patient.delete(item);
      line.urgent.add(item);
      this.#urgent += 1;
    } else line.patient.add(item);
    const places = this.#places.get(item) ?? new Set<string>();
    this.#places.set(item, places.add(namespace));
  }

  /** Takes an item out of every line. */
  remove(item: T): void {
    for (const namespace of this.#places.get(item) ?? []) this.leave(item, namespace);
  }

  /** Takes an item out of one line; it goes on waiting in the others. */
  leave(item: T, namespace: string): void {
    const places = this.#places.get(item);
    const line = this.#lines.get(namespace);
    if (line === undefined || places?.delete(namespace) !== true) return;
    if (places.size === 0) this.#places.delete(item);
    if (line.urgent.delete(item)) this.#urgent -= 1;
    line.patient.delete(item);
    if (lengthOf(line) === 0) this.#lines.delete(namespace);
  }

  /** Whose turn is next; `take` takes it. */
  peek(): T | undefined {
    const line = firstOf(this.#lines.values());
    return line && (firstOf(line.urgent) ?? firstOf(line.patient));
  }

  /** Takes whose turn is next; its line then waits for all others. */
  take(): T | undefined {
    const item = this.peek();
    const namespace = firstOf(this.#lines.keys());
    if (item === undefined || namespace === undefined) return undefined;
    this.remove(item);
    const line = this.#lines.get(namespace);
    if (line !== undefined) {
      this.#lines.delete(namespace);
      this.#lines.set(namespace, line);
    }
    return item;
  }

  /** How many of those who wait for an answer stand in a line. */
  lengthOf(namespace: string): number {
    return this.#lines.get(namespace)?.urgent.size ?? 0;
  }

  /** How many items would come before one that is added to this line now as urgent. */
  ahead(namespace: string): number {
    const own = this.lengthOf(namespace);
    let others = 0;
    for (const [name, line] of this.#lines)
      if (name !== namespace) others += Math.min(lengthOf(line), own + 1);
    return own + others;
  }

  /** Who came last of those who wait for an answer in the longest line, and that line; undefined where nobody does. */
  lastOfLongest(): { readonly item: T; readonly namespace: string; readonly length: number } | undefined {
    let longest: readonly [string, Line<T>] | undefined;
    for (const entry of this.#lines)
      if (entry[1].urgent.size > (longest?.[1].urgent.size ?? 0)) longest = entry;
    const item = longest === undefined ? undefined : lastOf(longest[1].urgent);
    return longest === undefined || item === undefined
      ? undefined
      : { item, namespace: longest[0], length: longest[1].urgent.size };
  }
}
