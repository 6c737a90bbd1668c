import { isJsonObject } from '../../shared/json.ts';
import type { JsonObject } from '../answer.ts';

/** What a token must say, as HashiCorp's validator is told (https://github.com/hashicorp/cap/blob/main/jwt/jwt.go). */
export interface Expected {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  /** One of these; none means that the audience is not looked at. */
  readonly audiences?: readonly string[] | undefined;
  /** Seconds of leeway; 0 is the default of 60 (for a missing `nbf` or `exp`: 150), a negative one none at all. */
  readonly clockSkewLeeway?: number | undefined;
  readonly notBeforeLeeway?: number | undefined;
  readonly expirationLeeway?: number | undefined;
  /** Whether a token without `iat`, `nbf` and `exp` is fine. */
  readonly allowNoTimes?: boolean | undefined;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];

const parsePart = (part: string | undefined): unknown =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));

/** The claims of a JWT in compact form with one of the supported algorithms, unverified; undefined for anything else. */
export function decodeJwt(token: string, alsoAllowed: readonly string[] = []): JsonObject | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || parts[2] === '') return undefined;
  try {
    const [header, claims] = [parsePart(parts[0]), parsePart(parts[1])];
    if (!isJsonObject(header) || !isJsonObject(claims)) return undefined;
    return [...algorithms, ...alsoAllowed].includes(String(header['alg'])) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The `aud` claim as a list. */
export function audiencesOf(claims: JsonObject): readonly string[] {
  const audience = claims['aud'];
  const list: unknown[] = Array.isArray(audience) ? audience : [audience];
  return list.filter((item) => typeof item === 'string' && item !== '') as string[];
}

const seconds = (claims: JsonObject, name: string): number => {
  const value = claims[name];
  return typeof value === 'number' ? value : 0;
};

const leeway = (value: number | undefined, fallback: number): number =>
  value === undefined || value === 0 ? fallback : Math.max(0, value);

interface Times {
  readonly issued: number;
  readonly expires: number;
  readonly notBefore: number;
}

/** The times with what the validator puts in place of a missing `exp` or `nbf`; undefined when there are none at all. */
function timesOf(claims: JsonObject, expected: Expected): Times | undefined {
  const issued = seconds(claims, 'iat');
  const latestStart = Math.max(issued, seconds(claims, 'nbf'));
  if (latestStart === 0 && seconds(claims, 'exp') === 0) return undefined;
  const expires = seconds(claims, 'exp') || latestStart + leeway(expected.expirationLeeway, 150);
  const notBefore = seconds(claims, 'nbf') || issued || expires - leeway(expected.notBeforeLeeway, 150);
  return { issued, expires, notBefore };
}

/** Why the times of a token do not fit now (in milliseconds since the epoch); undefined when they do. */
export function timeProblem(claims: JsonObject, expected: Expected, now: number): string | undefined {
  const times = timesOf(claims, expected);
  if (times === undefined)
    return expected.allowNoTimes === true
      ? undefined
      : 'no issued at (iat), not before (nbf), or expiration time (exp) claims in token';
  const skew = leeway(expected.clockSkewLeeway, 60) * 1000;
  if (now + skew < times.notBefore * 1000) return 'invalid not before (nbf) claim: token not yet valid';
  if (now - skew > times.expires * 1000) return 'invalid expiration time (exp) claim: token is expired';
  if (now + skew < times.issued * 1000) return 'invalid issued at (iat) claim: token issued in the future';
  return undefined;
}

/** Why a token's claims are not the expected ones, in the validator's words and order; undefined when they are. */
export function claimsProblem(claims: JsonObject, expected: Expected, now: number): string | undefined {
  const { issuer = '', subject = '', audiences = [] } = expected;
  if (issuer !== '' && claims['iss'] !== issuer) return 'invalid issuer (iss) claim';
  if (subject !== '' && claims['sub'] !== subject) return 'invalid subject (sub) claim';
  const found = audiencesOf(claims);
  if (audiences.length > 0 && !audiences.some((audience) => found.includes(audience)))
    return 'invalid audience (aud) claim: audience claim does not match any expected audience';
  return timeProblem(claims, expected, now);
}
