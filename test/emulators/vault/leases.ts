import { randomBytes } from 'node:crypto';
import { err, ok } from '../../../lib/result.ts';
import { calculateTtl, secondsUntil } from './ttl.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';
import type { LeaseBlock } from './answer.ts';
import type { Namespace } from './namespaces.ts';
import type { TokenEntry, TokenStore } from './tokens.ts';
import type { Ttl, TtlLimits, TtlTerms } from './ttl.ts';

export interface LeaseSpecification {
  /** The path that was read, with its mount: `database/creds/readonly`. */
  readonly path: string;
  readonly namespace: Namespace;
  readonly token: TokenEntry;
  readonly limits: TtlLimits;
  readonly renewable: boolean;
  /** The terms at issue and at each renewal, or why there are none. */
  readonly terms: () => Result<TtlTerms, string>;
}

/** A lease as it is kept. Times are in milliseconds since the epoch. */
export interface Lease {
  readonly id: string;
  readonly specification: LeaseSpecification;
  readonly issued: number;
  expires: number;
  lastRenewal: number | undefined;
}

/** All leases. A lease ends with its time, with its revocation and with its token. */
export class LeaseStore {
  readonly #leases = new Map<string, Lease>();
  readonly #clock: Clock;
  readonly #tokens: TokenStore;

  constructor(clock: Clock, tokens: TokenStore) {
    this.#clock = clock;
    this.#tokens = tokens;
  }

  /** Makes a lease; what Vault says of it in the answer. */
  issue(
    specification: LeaseSpecification,
  ): Result<{ readonly block: LeaseBlock; readonly warnings: readonly string[] }, string> {
    const now = this.#clock.now();
    const ttl = this.#ttl(specification, 0, now);
    if (!ttl.ok) return ttl;
    const id = `${specification.path}/${randomBytes(18).toString('base64url')}${specification.namespace.suffix}`;
    const { warnings } = ttl.value;
    const seconds = this.#withinToken(specification.token, ttl.value.seconds);
    this.#leases.set(id, {
      id,
      specification,
      issued: now,
      expires: now + seconds * 1000,
      lastRenewal: undefined,
    });
    return ok({ block: { id, seconds, renewable: specification.renewable }, warnings });
  }

  /** A lease that holds now. */
  lookup(id: string): Lease | undefined {
    const lease = this.#leases.get(id);
    if (lease === undefined) return undefined;
    const token = this.#tokens.lookup(lease.specification.token.id);
    if (token !== undefined && lease.expires > this.#clock.now()) return lease;
    this.#leases.delete(id);
    return undefined;
  }

  secondsLeft(lease: Lease): number {
    return secondsUntil(lease.expires, this.#clock.now());
  }

  renew(
    id: string,
    increment: number,
  ): Result<{ readonly block: LeaseBlock; readonly warnings: readonly string[] }, string> {
    const lease = this.lookup(id);
    if (lease === undefined) return err('lease not found');
    if (!lease.specification.renewable) return err('lease is not renewable');
    const ttl = this.#ttl(lease.specification, increment, lease.issued);
    if (!ttl.ok) return err(ttl.error);
    const seconds = this.#withinToken(lease.specification.token, ttl.value.seconds);
    lease.lastRenewal = this.#clock.now();
    lease.expires = lease.lastRenewal + seconds * 1000;
    return ok({ block: { id, seconds, renewable: true }, warnings: ttl.value.warnings });
  }

  revoke(id: string): void {
    this.#leases.delete(id);
  }

  /** The leases that hold now. */
  live(): Lease[] {
    return [...this.#leases.keys()].map((id) => this.lookup(id)).filter((lease) => lease !== undefined);
  }

  /** A batch token cannot be revoked, so no lease of it is longer than its own life. */
  #withinToken(token: TokenEntry, seconds: number): number {
    return token.specification.type === 'batch'
      ? Math.min(seconds, this.#tokens.secondsLeft(token))
      : seconds;
  }

  #ttl(specification: LeaseSpecification, increment: number, issued: number): Result<Ttl, string> {
    const terms = specification.terms();
    if (!terms.ok) return terms;
    const { limits } = specification;
    return calculateTtl({ limits, terms: terms.value, increment, now: this.#clock.now(), issued });
  }
}
