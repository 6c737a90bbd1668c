import type { AwsStorePlan } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { ProviderContext } from '../provider.ts';
import type { AwsRole, LoginOutcome, Sts } from './assume-role.ts';
import { withCurrentToken } from './current-token.ts';
import { logInAtPodIdentity } from './pod-identity.ts';

export interface LoginOptions {
  readonly store: AwsStorePlan;
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

const readJwt = async ({
  store,
  context,
}: LoginOptions): Promise<Result<Redacted<string>, ProviderError>> => {
  const { token } = store.auth;
  try {
    return ok(await context.readToken(token));
  } catch {
    // What broke is a path or an errno; the sentence is the same for all of them.
    return err(providerError('unauthenticated', `the pod's token ${quoted(token)} cannot be read`));
  }
};

const chained = async (sts: Sts, first: LoginOutcome, roles: readonly AwsRole[]): Promise<LoginOutcome> => {
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
export const logIn = async (options: LoginOptions): Promise<LoginOutcome> => {
  const { store, sts, context } = options;
  const { roles } = store.auth;
  if (store.auth.podIdentity && context.podIdentity !== undefined)
    return chained(sts, await logInAtPodIdentity(context.podIdentity, context), roles);
  const [first, ...further] = roles;
  if (first?.externalId !== undefined || first?.sessionTags !== undefined) return err(nobodyToSay);
  if (first === undefined) return err(nobody);
  const identified = await withCurrentToken(
    () => readJwt(options),
    (jwt) => sts.withToken(first, jwt),
  );
  return chained(sts, identified, further);
};
