import { compactVerify, createLocalJWKSet, errors } from 'jose';
import type { Clock } from '../../../../lib/clock.ts';
import type { ServiceAccountIssuer } from '../../issuer/issuer.ts';
import { userNamed, type User } from '../access/users.ts';
import { boundTo, type FindObject } from './bound-objects.ts';
import { readClaims, type TokenClaims } from './claims.ts';

/** Whose a token is, or why it is nobody's, in the API server's words. */
export type Verified =
  | { readonly kind: 'user'; readonly user: User; readonly audiences: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

export interface VerifierParts {
  readonly issuer: ServiceAccountIssuer;
  readonly clock: Clock;
  readonly find: FindObject;
}

const refused = (...reasons: readonly string[]): Verified => ({
  kind: 'refused',
  message: reasons.length === 0 ? 'invalid bearer token' : `[invalid bearer token, ${reasons.join(', ')}]`,
});

/** A list as Go's `%q` prints it. */
const quoted = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;

/** Clocks may differ by this much, in seconds: the API server takes a token for so long after its end. */
const leewaySeconds = 60;

const timeProblem = ({ exp, nbf }: TokenClaims, milliseconds: number): string | undefined => {
  const now = milliseconds / 1000;
  if (now < nbf - leewaySeconds) return 'service account token is not valid yet';
  return now > exp + leewaySeconds ? 'service account token has expired' : undefined;
};

/**
 * Verifies ServiceAccount tokens as the API server does: who signed it, whom it is for, when it ends, and whether what it is bound to still is
 * there. https://github.com/kubernetes/kubernetes/blob/master/pkg/serviceaccount/jwt.go and claims.go beside it
 */
export class TokenVerifier {
  readonly #parts: VerifierParts;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
  }

  /** Whose the token is for one of these audiences; the API server's own where none is named. */
  async verify(token: string, audiences: readonly string[]): Promise<Verified> {
    const { issuer, clock, find } = this.#parts;
    const claims = readClaims(token);
    if (claims?.iss !== issuer.issuer) return refused();
    const signature = await this.#signatureProblem(token);
    if (signature !== undefined) return signature;
    const wanted = audiences.length === 0 ? [issuer.issuer] : audiences;
    const common = wanted.filter((audience) => claims.aud.includes(audience));
    if (common.length === 0) {
      return refused(
        `token audiences ${quoted(claims.aud)} is invalid for the target audiences ${quoted(wanted)}`,
      );
    }
    const problem = timeProblem(claims, clock.now());
    if (problem !== undefined) return refused(problem);
    const bound = boundTo(claims, find, clock.now());
    if (!bound.ok) return refused(bound.error);
    const { namespace, serviceAccount } = claims;
    const user = userNamed(`system:serviceaccount:${namespace}:${serviceAccount.name}`);
    return {
      kind: 'user',
      user: { ...user, uid: serviceAccount.uid, extra: bound.value },
      audiences: common,
    };
  }

  async #signatureProblem(token: string): Promise<Verified | undefined> {
    try {
      await compactVerify(token, createLocalJWKSet(this.#parts.issuer.jwks()));
      return undefined;
    } catch (error) {
      // A key that is not known says nothing; one that is known says no.
      return error instanceof errors.JWSSignatureVerificationFailed
        ? refused('go-jose/go-jose: error in cryptographic primitive')
        : refused();
    }
  }
}
