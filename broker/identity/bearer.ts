import { brokerAudience } from '../../lib/broker/names.ts';
import { isJsonObject, parseJsonOrNothing } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { unauthenticated, type Refused } from './identity.ts';

/** A token as its bearer describes it: nothing of this is proved. */
export interface UnprovenToken {
  readonly token: Redacted<string>;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Tokens of ServiceAccounts have about 1 KiB. */
const longestToken = 8 * 1024;

const scheme = /^bearer +/i;
const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const claimsOf = (token: string): Readonly<Record<string, unknown>> | undefined => {
  const claims = parseJsonOrNothing(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return isJsonObject(claims) ? claims : undefined;
};

const isFor = (audiences: unknown): boolean =>
  audiences === brokerAudience || (Array.isArray(audiences) && audiences.includes(brokerAudience));

/**
 * Looks at what somebody sent as `Authorization`, without believing any of it: what cannot be a token for the broker is refused here, before
 * it costs the API server anything. `now` in milliseconds since the epoch.
 */
export const readBearer = (header: string | undefined, now: number): Result<UnprovenToken, Refused> => {
  if (header === undefined)
    return err(unauthenticated("there is no Authorization header; send the pod's token as a bearer token"));
  if (!scheme.test(header)) return err(unauthenticated('the Authorization header is not a bearer token'));
  const token = header.replace(scheme, '');
  if (token.length > longestToken)
    return err(unauthenticated(`the token is longer than the ${longestToken} characters that are looked at`));
  const claims = shape.test(token) ? claimsOf(token) : undefined;
  if (claims === undefined) return err(unauthenticated('the token is not the token of a ServiceAccount'));
  if (!isFor(claims['aud']))
    return err(unauthenticated(`the token is for another audience than ${quoted(brokerAudience)}`));
  const { exp } = claims;
  if (typeof exp !== 'number') return err(unauthenticated('the token does not say when it ends'));
  if (exp * 1000 <= now) return err(unauthenticated('the token has expired'));
  return ok({ token: new Redacted(token), expiresAt: exp * 1000 });
};
