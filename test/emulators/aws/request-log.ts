import { globMatches } from '../shared/glob.ts';

/** A request as it is remembered: nothing that is secret, no body. */
export interface LoggedRequest {
  /** ISO time of the server's clock. */
  readonly time: string;
  readonly service: 'sts' | 'secretsmanager' | 'pod-identity';
  /** `GetSecretValue`; for Pod Identity `GetCredentials`. */
  readonly operation: string;
  /** The secret's id or the role's ARN as it was sent; of several all, with commas between them. Empty for none. */
  readonly resource: string;
  /** The role of the caller, empty for none; of who assumes one by a token, the role that was had. */
  readonly role: string;
  /** 0 where no whole answer was sent. */
  readonly status: number;
  /** AWS's code for an error, empty for none. */
  readonly code: string;
  /** The start of the access key id's SHA-256, empty for none: enough to tell sessions apart. */
  readonly accessKey: string;
  readonly requestId: string;
  /** The kind of the fault that the request met. */
  readonly fault?: string;
}

export interface RequestFilter {
  readonly service?: LoggedRequest['service'];
  readonly operation?: string;
  /** A glob. */
  readonly resource?: string;
  readonly status?: number;
  readonly code?: string;
  readonly role?: string;
}

const kept = 10_000;

/** The last 10,000 requests, oldest first. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > kept) this.#entries.shift();
  }

  /** The requests that fit the filter, all without one. */
  list(filter: RequestFilter = {}): LoggedRequest[] {
    const { resource, ...exact } = filter;
    return this.#entries.filter((entry) => {
      const fields = new Map<string, unknown>(Object.entries(entry));
      if (resource !== undefined && !globMatches(resource, entry.resource)) return false;
      return Object.entries(exact).every(([name, value]) => (value as unknown) === fields.get(name));
    });
  }

  count(filter: RequestFilter = {}): number {
    return this.list(filter).length;
  }

  /** How often each operation, resource and status was, as `GetSecretValue payments/db 200`, in the order of the names. */
  counters(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const { operation, resource, status } of this.#entries) {
      const name = [operation, resource, status].filter((part) => part !== '').join(' ');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  clear(): void {
    this.#entries = [];
  }
}
