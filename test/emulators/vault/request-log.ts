import { createHash } from 'node:crypto';
import { globMatches } from '../shared/glob.ts';

/** A request as it is remembered: nothing that is secret, no query, no body. */
export interface LoggedRequest {
  /** ISO time of the server's clock. */
  readonly time: string;
  readonly method: string;
  /** The path after `/v1/`, decoded. */
  readonly path: string;
  /** The namespace header as it was sent, empty for none. */
  readonly namespace: string;
  /** 0 where no whole answer was sent. */
  readonly status: number;
  /** The start of the token's SHA-256, empty for none: enough to tell tokens apart. */
  readonly token: string;
  /** The kind of the fault that the request met. */
  readonly fault?: string;
}

export interface RequestFilter {
  readonly method?: string;
  /** A glob over the path. */
  readonly path?: string;
  readonly status?: number;
  readonly namespace?: string;
}

const kept = 10_000;

/** What tells one token from another without giving it away. */
export const hashToken = (token: string): string =>
  token === '' ? '' : createHash('sha256').update(token).digest('hex').slice(0, 16);

/** The last 10,000 requests, oldest first. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > kept) this.#entries.shift();
  }

  /** The requests that fit the filter, all without one. */
  list(filter: RequestFilter = {}): LoggedRequest[] {
    return this.#entries.filter(
      (entry) =>
        (filter.method ?? entry.method) === entry.method &&
        (filter.status ?? entry.status) === entry.status &&
        (filter.namespace ?? entry.namespace) === entry.namespace &&
        (filter.path === undefined || globMatches(filter.path, entry.path)),
    );
  }

  count(filter: RequestFilter = {}): number {
    return this.list(filter).length;
  }

  /** How often each method, path and status was, as `GET secret/data/x 200`, in the order of the names. */
  counters(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const { method, path, status } of this.#entries) {
      const name = `${method} ${path} ${status}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  clear(): void {
    this.#entries = [];
  }
}
