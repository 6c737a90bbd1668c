import { decodeJwt } from 'jose';
import { err, ok } from '../../../../lib/result.ts';
import { isSignedBy } from '../../shared/keys.ts';
import { refuse } from '../wire/answer.ts';
import type { JWTPayload } from 'jose';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';
import type { Outcome } from '../wire/answer.ts';

/** An OpenID Connect provider that an account trusts. */
export interface OidcProvider {
  /** The `iss` of its tokens, `https://…`. */
  readonly issuer: string;
  /** One of them has to be among the token's. */
  readonly audiences: readonly string[];
  readonly keys: KeySource | RemoteKeySource;
}

/** How an account and its policies name a provider: its issuer without `https://`. */
export const providerName = ({ issuer }: Pick<OidcProvider, 'issuer'>): string =>
  issuer.replace(/^https:\/\//, '');

/** A token that has been verified. */
export interface WebIdentity {
  readonly provider: OidcProvider;
  readonly subject: string;
  readonly audiences: readonly string[];
}

const refuseToken = (message: string): Outcome<never> => refuse(400, 'InvalidIdentityToken', message);

function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** How long ago a token may have been made, whatever its own end. */
const oldestSeconds = 24 * 60 * 60;

function timeProblem(claims: JWTPayload, now: number): Outcome<never> | undefined {
  const seconds = Math.floor(now / 1000);
  const { exp = 0, iat = 0, nbf = 0 } = claims;
  const expired = (message: string): Outcome<never> => refuse(400, 'ExpiredTokenException', message);
  if (seconds >= exp)
    return expired(
      `Token expired: current date/time ${seconds} must be before the expiration date/time${exp}`,
    );
  if (iat < seconds - oldestSeconds) return expired(`Token too old: ${seconds - iat}`);
  // A clock may be five minutes ahead of AWS's.
  if (Math.max(iat, nbf) > seconds + 300)
    return refuseToken(
      `Token is not yet valid: current date/time ${seconds} is before ${Math.max(iat, nbf)}`,
    );
  return undefined;
}

async function signatureProblem(provider: OidcProvider, token: string): Promise<Outcome<never> | undefined> {
  try {
    if (await isSignedBy(provider.keys, token)) return undefined;
  } catch {
    return refuse(
      400,
      'IDPCommunicationError',
      'The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached.',
    );
  }
  return refuseToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
}

/** The provider that a token is of, where it is for us. */
function providerOf(claims: JWTPayload, providers: readonly OidcProvider[]): Outcome<OidcProvider> {
  const missing = (['iss', 'sub', 'aud', 'exp', 'iat'] as const).find((name) => claims[name] === undefined);
  if (missing !== undefined) return refuseToken(`Missing a required claim: ${missing}`);
  const provider = providers.find(({ issuer }) => issuer === claims.iss);
  if (provider === undefined)
    return refuseToken(`No OpenIDConnect provider found in your account for ${String(claims.iss)}`);
  if (!audiencesOf(claims).some((audience) => provider.audiences.includes(audience)))
    return refuseToken('Incorrect token audience');
  return ok(provider);
}

const audiencesOf = ({ aud = [] }: JWTPayload): readonly string[] => [aud].flat();

/** Verifies a token as STS does: whose it is, for whom, since when and until when, and who signed it. */
export async function verifyWebIdentity(
  token: string,
  providers: readonly OidcProvider[],
  now: number,
): Promise<Outcome<WebIdentity>> {
  const claims = claimsOf(token);
  if (claims === undefined)
    return refuseToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  const provider = providerOf(claims, providers);
  if (!provider.ok) return provider;
  const problem = timeProblem(claims, now) ?? (await signatureProblem(provider.value, token));
  if (problem !== undefined && !problem.ok) return err(problem.error);
  return ok({ provider: provider.value, subject: claims.sub ?? '', audiences: audiencesOf(claims) });
}
