import { isJsonObject } from '../../shared/json.ts';
import { audiencesOf, decodeJwt, timeProblem } from './claims.ts';
import { isSignedBy } from '../../shared/keys.ts';
import type { JsonObject } from '../answer.ts';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';

/**
 * With whose token Vault asks the API server for the review of a ServiceAccount's token.
 * - `vault`: its own (`token_reviewer_jwt`, or the ServiceAccount that Vault runs as). A role without an audience then
 *   accepts tokens of any audience, since Vault asks for a review for the token's own audiences.
 * - `client`: the one that logs in. The API server lets in only tokens that are made for itself.
 * - `strictest`: refuses what either of them refuses, as far as the role can work with both: a role without an audience
 *   accepts only tokens for the API server, one with an audience is judged as by `vault`.
 */
export type Reviewer = 'vault' | 'client' | 'strictest';

export interface ReviewSettings {
  readonly keys: KeySource | RemoteKeySource;
  readonly reviewer: Reviewer;
  /** The audiences that mean the API server itself. */
  readonly apiAudiences: readonly string[];
  /** Whether the ServiceAccount and the pod that the claims name still exist. */
  readonly isLive: (claims: JsonObject) => boolean;
}

/** A ServiceAccount as a token names it. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The ServiceAccount that a token's `kubernetes.io` claim names; parts that are missing are empty. */
export function serviceAccountOf(claims: JsonObject): ServiceAccount {
  const kubernetes = isJsonObject(claims['kubernetes.io']) ? claims['kubernetes.io'] : {};
  const account = isJsonObject(kubernetes['serviceaccount']) ? kubernetes['serviceaccount'] : {};
  return {
    namespace: text(kubernetes['namespace']),
    name: text(account['name']),
    uid: text(account['uid']),
  };
}

function audienceFits(settings: ReviewSettings, claims: JsonObject, audience: string): boolean {
  const audiences = audiencesOf(claims);
  const needsApi = settings.reviewer === 'client' || (settings.reviewer === 'strictest' && audience === '');
  if (needsApi && !audiences.some((one) => settings.apiAudiences.includes(one))) return false;
  return audience === '' || audiences.includes(audience);
}

/**
 * Whether the API server's TokenReview for `audience` (empty: the token's own) would say that the token is good and whose
 * it claims to be (https://github.com/hashicorp/vault-plugin-auth-kubernetes/blob/main/token_review.go,
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/serviceaccount/jwt.go).
 */
export async function passesReview(
  settings: ReviewSettings,
  token: string,
  audience: string,
  now: number,
): Promise<boolean> {
  const claims = decodeJwt(token);
  if (claims === undefined || !audienceFits(settings, claims, audience)) return false;
  const { namespace, name } = serviceAccountOf(claims);
  if (claims['sub'] !== `system:serviceaccount:${namespace}:${name}`) return false;
  if (timeProblem(claims, {}, now) !== undefined || !settings.isLive(claims)) return false;
  return await isSignedBy(settings.keys, token);
}
