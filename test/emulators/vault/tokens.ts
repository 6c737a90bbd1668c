import { randomBytes, randomUUID } from 'node:crypto';
import { err, ok } from '../../../lib/result.ts';
import { calculateTtl, secondsUntil } from './ttl.ts';
import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';
import type { Answer } from './answer.ts';
import type { Namespace } from './namespaces.ts';
import type { Ttl, TtlLimits, TtlTerms } from './ttl.ts';

/** What a new token is to be. */
export interface TokenSpecification {
  readonly namespace: Namespace;
  readonly policies: readonly string[];
  /** Where the token was made: `auth/kubernetes/login`. */
  readonly path: string;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly entityId: string;
  readonly type: 'service' | 'batch';
  readonly limits: TtlLimits;
  readonly terms: TtlTerms;
  readonly renewable: boolean;
  /** How often it may be used, 0 for any number. */
  readonly numberOfUses: number;
  readonly parent?: string;
  /** The terms at each renewal: the role's of that moment, or why there are none. */
  readonly renewalTerms: () => Result<TtlTerms, string>;
  /** What is said to who asks for a renewal without being whom the token was given to: the certificate of the connection decides. */
  readonly renewalRefusal?: (certificate: X509Certificate | undefined) => Answer | undefined;
}

/** A token as it is kept. Times are in milliseconds since the epoch, durations in seconds. */
export interface TokenEntry {
  readonly id: string;
  readonly accessor: string;
  readonly specification: TokenSpecification;
  readonly issued: number;
  /** The first time to live. */
  readonly creationTtl: number;
  /** Undefined for the root token, which does not expire. */
  expires: number | undefined;
  lastRenewal: number | undefined;
  usesLeft: number;
}

const secretLength = 68;

/** The uses that Vault shows of a token in its last request. */
export const usedUp = -1;

/** All tokens. Expiry is looked at when a token is used, with the clock that was handed in. */
export class TokenStore {
  readonly #tokens = new Map<string, TokenEntry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a token that never expires and may do everything in the root namespace and below. */
  addRoot(id: string, namespace: Namespace): TokenEntry {
    const specification: TokenSpecification = {
      namespace,
      policies: ['root'],
      path: 'auth/token/root',
      displayName: 'root',
      metadata: null,
      entityId: '',
      type: 'service',
      limits: { defaultSeconds: 0, maxSeconds: 0 },
      terms: { ttl: 0, maxTtl: 0, period: 0, explicitMaxTtl: 0 },
      renewable: false,
      numberOfUses: 0,
      renewalTerms: () => err('lease is not renewable'),
    };
    return this.#keep(id, specification, 0, undefined);
  }

  /** Makes a token, with Vault's remarks about a time that had to be cut. */
  create(
    specification: TokenSpecification,
  ): Result<{ entry: TokenEntry; warnings: readonly string[] }, string> {
    const { limits, terms, namespace, type } = specification;
    const now = this.#clock.now();
    const ttl = calculateTtl({ limits, terms, increment: 0, now, issued: now });
    if (!ttl.ok) return ttl;
    const prefix = type === 'batch' ? 'hvb.' : 'hvs.';
    const id = `${prefix}${randomBytes(secretLength).toString('base64url')}${namespace.suffix}`;
    const entry = this.#keep(id, specification, ttl.value.seconds, now + ttl.value.seconds * 1000);
    return ok({ entry, warnings: ttl.value.warnings });
  }

  /** A token that can be used now; undefined for one that is unknown, expired, revoked or used up. */
  lookup(id: string): TokenEntry | undefined {
    const entry = this.#tokens.get(id);
    if (entry === undefined) return undefined;
    if (entry.expires === undefined || entry.expires > this.#clock.now()) return entry;
    this.revoke(id);
    return undefined;
  }

  /** Counts one use; the last one leaves a token that is good for the running request alone. */
  use(entry: TokenEntry): void {
    if (entry.specification.numberOfUses === 0) return;
    entry.usesLeft -= 1;
    if (entry.usesLeft > 0) return;
    entry.usesLeft = usedUp;
    this.revoke(entry.id);
  }

  /** Seconds that the token has left, 0 for one that does not expire. */
  secondsLeft(entry: TokenEntry): number {
    return entry.expires === undefined ? 0 : secondsUntil(entry.expires, this.#clock.now());
  }

  /** Renews a token within the terms of its role. */
  renew(entry: TokenEntry, increment: number): Result<Ttl, string> {
    const terms = entry.specification.renewalTerms();
    if (!terms.ok) return err(`failed to renew entry: ${terms.error}`);
    const now = this.#clock.now();
    const { limits } = entry.specification;
    const ttl = calculateTtl({ limits, terms: terms.value, increment, now, issued: entry.issued });
    if (!ttl.ok) return ttl;
    entry.expires = now + ttl.value.seconds * 1000;
    entry.lastRenewal = now;
    return ttl;
  }

  /** Revokes a token and those that were made with it. */
  revoke(id: string): void {
    this.#tokens.delete(id);
    for (const other of [...this.#tokens.values()])
      if (other.specification.parent === id) this.revoke(other.id);
  }

  /** Revokes every token but the root one; the number of them. */
  revokeAll(): number {
    const ids = this.live().map((entry) => entry.id);
    for (const id of ids) this.revoke(id);
    return ids.length;
  }

  /** The tokens that can be used now, without the root token. */
  live(): TokenEntry[] {
    return [...this.#tokens.values()].filter(
      (entry) => entry.expires !== undefined && this.lookup(entry.id) !== undefined,
    );
  }

  #keep(
    id: string,
    specification: TokenSpecification,
    creationTtl: number,
    expires: number | undefined,
  ): TokenEntry {
    const accessor = specification.type === 'batch' ? '' : randomUUID().replaceAll('-', '').slice(0, 24);
    const entry: TokenEntry = {
      id,
      accessor: accessor === '' ? '' : accessor + specification.namespace.suffix,
      specification,
      issued: this.#clock.now(),
      creationTtl,
      expires,
      lastRenewal: undefined,
      usesLeft: specification.numberOfUses,
    };
    this.#tokens.set(id, entry);
    return entry;
  }
}
