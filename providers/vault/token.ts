import { createHash } from 'node:crypto';
import { isJsonObject } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import { numberOf, type JsonObject } from './answer.ts';

/** A Vault token and what its life allows. Times are wall-clock milliseconds, so that another process can go on with it. */
export interface VaultToken {
  readonly secret: Redacted<string>;
  /** Null: it does not expire. */
  readonly expiresAt: number | null;
  /** When to ask for a longer life; null: never, it is not renewable. */
  readonly renewAt: number | null;
  /** When a token that is not renewable is to be replaced, where leases end with it; null: it is renewable, or does not expire. */
  readonly replaceAt: number | null;
  /** The life that the login gave, in milliseconds: a renewal that gives much less has come near the longest life. */
  readonly fullLife: number;
  /** Requests that it is good for, or null: any number. */
  readonly uses: number | null;
}

/** The `auth` object of a login or a renewal (https://developer.hashicorp.com/vault/docs/concepts/tokens). */
export interface TokenLease {
  readonly secret: Redacted<string>;
  /** Milliseconds; 0: it does not expire. */
  readonly life: number;
  readonly renewable: boolean;
  readonly uses: number | null;
}

/** Reads `auth`; undefined where there is no token in it. Batch tokens say themselves that they are not renewable. */
export const readTokenLease = (body: JsonObject): TokenLease | undefined => {
  const { auth } = body;
  if (!isJsonObject(auth)) return undefined;
  const { client_token: secret, lease_duration: seconds, renewable, num_uses: uses } = auth;
  const life = (numberOf(seconds) ?? -1) * 1000;
  if (typeof secret !== 'string' || secret === '' || life < 0) return undefined;
  const limit = numberOf(uses) ?? 0;
  return {
    secret: new Redacted(secret),
    life,
    renewable: renewable === true,
    uses: limit > 0 ? limit : null,
  };
};

const renewalPoint = 2 / 3;

export const tokenOf = ({ secret, life, renewable, uses }: TokenLease, now: number): VaultToken => {
  const due = life > 0 ? now + life * renewalPoint : null;
  return {
    secret,
    expiresAt: life === 0 ? null : now + life,
    renewAt: renewable ? due : null,
    replaceAt: renewable ? null : due,
    fullLife: life,
    uses,
  };
};

/** Names a login without telling its token, the same in every process that goes on with it. A renewal keeps it. */
export const loginName = ({ secret }: VaultToken): string =>
  createHash('sha256').update('keyferry vault login\n').update(secret.reveal()).digest('hex').slice(0, 32);

/** The same token after a renewal. */
export const renewed = (token: VaultToken, lease: TokenLease, now: number): VaultToken => ({
  ...tokenOf(lease, now),
  secret: token.secret,
  uses: token.uses,
  fullLife: token.fullLife,
});

/** The same token after a renewal or a replacement that was not to be had: tried again in a third of what is left. */
export const renewLater = (token: VaultToken, now: number): VaultToken => {
  const later = token.expiresAt === null ? null : now + (token.expiresAt - now) / 3;
  return token.replaceAt === null ? { ...token, renewAt: later } : { ...token, replaceAt: later };
};

/** A renewal that gave less than half of the login's life: the token's longest life is near, a login is due. */
export const isNearItsEnd = (lease: TokenLease, token: VaultToken): boolean =>
  lease.life > 0 && lease.life < token.fullLife / 2;

/** Not used in its last seconds: it could lapse on the way. */
const margin = (token: VaultToken): number => Math.min(5_000, token.fullLife / 10);

/**
 * What a token is wanted for. `leases` end with their token: one that cannot be renewed is replaced in time for new leases, and
 * the last use of one that is good for a number of requests is never taken, because Vault revokes it with that.
 */
export type TokenDuty = 'requests' | 'leases';

/** Requests that a token can still make. */
const usesLeft = ({ uses }: VaultToken, duty: TokenDuty): number =>
  (uses ?? Number.POSITIVE_INFINITY) - (duty === 'leases' ? 1 : 0);

/** When the token next needs something; null: never. */
export const dueAt = ({ renewAt, replaceAt }: VaultToken, duty: TokenDuty): number | null =>
  renewAt ?? (duty === 'leases' ? replaceAt : null);

/** What has to happen before a token is used at `now`; `replace` is a login that is due, while the token is still good. */
export const tokenState = (
  token: VaultToken,
  now: number,
  duty: TokenDuty = 'requests',
): 'good' | 'renew' | 'replace' | 'lapsed' => {
  if (usesLeft(token, duty) < 1 || hasLapsed(token, now)) return 'lapsed';
  const due = dueAt(token, duty);
  if (due === null || now < due) return 'good';
  return token.renewAt === null ? 'replace' : 'renew';
};

export const hasLapsed = (token: VaultToken, now: number): boolean =>
  token.expiresAt !== null && now >= token.expiresAt - margin(token);
