import { globMatches } from './glob.ts';

const kept = 10_000;

export interface HistoryOptions<Entry> {
  /** The field whose filter is a glob; the others are compared as they are. */
  readonly glob: keyof Entry & string;
  /** What tells kinds of requests apart, the status last; empty parts are left out. */
  readonly kindOf: (entry: Entry) => readonly (string | number)[];
}

/** The last 10,000 requests, oldest first. */
export class RequestHistory<Entry extends object, Filter extends object> {
  readonly #options: HistoryOptions<Entry>;
  #entries: Entry[] = [];

  constructor(options: HistoryOptions<Entry>) {
    this.#options = options;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > kept) this.#entries.shift();
  }

  /** The requests that fit the filter, all without one. */
  list(filter?: Filter): Entry[] {
    const wanted = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
    return this.#entries.filter((entry) => {
      const fields = new Map<string, unknown>(Object.entries(entry));
      return wanted.every(([name, value]) => this.#fits(name, value, fields.get(name)));
    });
  }

  count(filter?: Filter): number {
    return this.list(filter).length;
  }

  /** How often each kind of request was, in the order of their names. */
  counters(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const entry of this.#entries) {
      const name = this.#options
        .kindOf(entry)
        .filter((part) => part !== '')
        .join(' ');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  clear(): void {
    this.#entries = [];
  }

  #fits(name: string, wanted: unknown, value: unknown): boolean {
    return name === this.#options.glob ? globMatches(String(wanted), String(value)) : wanted === value;
  }
}
