import { randomUUID } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';

/** One half of an AppRole's login, as it was given out. Durations are in seconds, 0 for no end. */
export interface SecretId {
  readonly accessor: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ttl: number;
  /** Milliseconds since the epoch. */
  readonly expires: number | undefined;
  /** Logins that it is good for, 0 for any number. */
  usesLeft: number;
}

/** The secret ids of one role. Expiry is looked at when one is used, with the clock that was handed in. */
export class SecretIds {
  readonly #clock: Clock;
  readonly #entries = new Map<string, SecretId>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Registers one; the error is Vault's for one that is there already. */
  add(
    id: string,
    { ttl, uses, metadata }: Pick<SecretId, 'ttl' | 'metadata'> & { readonly uses: number },
  ): Result<SecretId, string> {
    if (this.#find(id) !== undefined) return err('failed to store secret_id: SecretID is already registered');
    const expires = ttl === 0 ? undefined : this.#clock.now() + ttl * 1000;
    const entry: SecretId = { accessor: randomUUID(), metadata, ttl, expires, usesLeft: uses };
    this.#entries.set(id, entry);
    return ok(entry);
  }

  /** Uses one for a login; undefined for one that is unknown, expired, destroyed or used up. */
  use(id: string): SecretId | undefined {
    const entry = this.#find(id);
    if (entry === undefined || entry.usesLeft === 0) return entry;
    entry.usesLeft -= 1;
    if (entry.usesLeft === 0) this.#entries.delete(id);
    return entry;
  }

  destroy(id: string): void {
    this.#entries.delete(id);
  }

  /** The accessors of those that can be used now. */
  accessors(): string[] {
    return [...this.#entries.keys()].flatMap((id) => this.#find(id)?.accessor ?? []);
  }

  #find(id: string): SecretId | undefined {
    const entry = this.#entries.get(id);
    if (entry?.expires === undefined || entry.expires > this.#clock.now()) return entry;
    this.#entries.delete(id);
    return undefined;
  }
}
