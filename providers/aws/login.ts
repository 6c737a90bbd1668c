import type { AwsConnection } from '../../lib/connections/connection.ts';
import type { AwsStorePlan } from '../../lib/plan.ts';
import { providerError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import { readPodToken, withCurrentToken } from '../current-token.ts';
import type { ProviderContext } from '../provider.ts';
import type { AwsRole, LoginOutcome, Sts } from './assume-role.ts';
import { logInAtPodIdentity } from './pod-identity.ts';

/** An account that pods log in to with an identity of their own. */
export interface PodAws extends AwsConnection {
  readonly auth: AwsStorePlan['auth'];
}

export interface LoginOptions {
  readonly store: PodAws;
  readonly sts: Sts;
  readonly context: ProviderContext;
}

const nobody = providerError(
  'invalid',
  "there is no AWS identity for this pod; set role in the store, annotate the pod's ServiceAccount with eks.amazonaws.com/role-arn, or make an EKS Pod Identity association for it",
);

/** A token alone cannot say them, and leaving them out would be another login than the store's. */
const nobodyToSay = providerError(
  'invalid',
  "externalID and session tags are said by a role that assumes the store's; annotate the pod's ServiceAccount with eks.amazonaws.com/role-arn, or make an EKS Pod Identity association for it",
);

/** Assumes roles one from the other. */
export const chained = async (
  sts: Sts,
  first: LoginOutcome,
  roles: readonly AwsRole[],
): Promise<LoginOutcome> => {
  let outcome = first;
  for (const role of roles) {
    if (!outcome.ok) return outcome;
    outcome = await sts.from(outcome.value, role);
  }
  return outcome;
};

/**
 * Goes the store's way to its last role. The first identity is the pod's: where the store leaves it open and the container has
 * Pod Identity's variables its association, from which every role of the store is assumed; else its projected token, with which
 * the first role is.
 */
export const logIn = async ({ store, sts, context }: LoginOptions): Promise<LoginOutcome> => {
  const { roles } = store.auth;
  if (store.auth.podIdentity && context.podIdentity !== undefined)
    return chained(sts, await logInAtPodIdentity(context.podIdentity, context), roles);
  const [first, ...further] = roles;
  if (first?.externalId !== undefined || first?.sessionTags !== undefined) return err(nobodyToSay);
  if (first === undefined) return err(nobody);
  const identified = await withCurrentToken(
    () => readPodToken(context, store.auth.token),
    (jwt) => sts.withToken(first, jwt),
  );
  return chained(sts, identified, further);
};
