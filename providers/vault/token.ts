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
  /** The life that the login gave, in milliseconds: a renewal that gives much less has come near the longest life. */
  readonly fullLife: number;
  /** Requests that it is good for, or null: any number. */
  readonly uses: number | null;
}

/** The `auth` object of a login or a renewal (https://developer.hashicorp.com/vault/docs/concepts/tokens). */
export interface Lease {
  readonly secret: Redacted<string>;
  /** Milliseconds; 0: it does not expire. */
  readonly life: number;
  readonly renewable: boolean;
  readonly uses: number | null;
}

/** Reads `auth`; undefined where there is no token in it. Batch tokens say themselves that they are not renewable. */
export const readLease = (body: JsonObject): Lease | undefined => {
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

export const tokenOf = ({ secret, life, renewable, uses }: Lease, now: number): VaultToken => ({
  secret,
  expiresAt: life === 0 ? null : now + life,
  renewAt: renewable && life > 0 ? now + life * renewalPoint : null,
  fullLife: life,
  uses,
});

/** The same token after a renewal. */
export const renewed = (token: VaultToken, lease: Lease, now: number): VaultToken => ({
  ...tokenOf(lease, now),
  secret: token.secret,
  uses: token.uses,
  fullLife: token.fullLife,
});

/** The same token after a renewal that could not be asked for: to be tried again in a third of what is left. */
export const renewLater = (token: VaultToken, now: number): VaultToken => ({
  ...token,
  renewAt: token.expiresAt === null ? null : now + (token.expiresAt - now) / 3,
});

/** A renewal that gave less than half of the login's life: the token's longest life is near, a login is due. */
export const isNearItsEnd = (lease: Lease, token: VaultToken): boolean =>
  lease.life > 0 && lease.life < token.fullLife / 2;

/** Not used in its last seconds: it could lapse on the way. */
const margin = (token: VaultToken): number => Math.min(5_000, token.fullLife / 10);

/** What has to happen before a token is used at `now`. */
export const tokenState = (token: VaultToken, now: number): 'good' | 'renew' | 'lapsed' => {
  if (token.uses !== null && token.uses < 1) return 'lapsed';
  if (token.expiresAt !== null && now >= token.expiresAt - margin(token)) return 'lapsed';
  return token.renewAt !== null && now >= token.renewAt ? 'renew' : 'good';
};
