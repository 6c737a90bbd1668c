import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { quoted } from '../../lib/text.ts';
import { clockDifference, clockHint } from '../clock-hint.ts';
import { tokenName } from '../current-token.ts';
import { isSignatureRefused, type AnswerContext, type AwsFailure, type Refusal } from './answer.ts';

/** A step of the way to a role. */
export interface LoginStep {
  /** ARN of the role to assume. */
  readonly role: string;
  readonly region: string;
  /** Whether the step brings session tags. */
  readonly hasTags: boolean;
  readonly hasExternalId: boolean;
}

const failedAt = (refusal: Refusal): string => `(HTTP ${refusal.status})`;

const withHint = (hint: string | undefined, advice: string): string =>
  hint === undefined ? advice : `${hint}; if that is not it, ${advice}`;

/** What is wrong in both kinds of step. */
const sharedSentence = ({ code }: Refusal, { role, region }: LoginStep): ProviderError | undefined => {
  switch (code) {
    case 'RegionDisabled':
      return providerError(
        'invalid',
        `AWS STS is not active in ${region} for the account of role ${quoted(role)}; activate it there, or set another region`,
      );
    case 'PackedPolicyTooLarge':
      return providerError('invalid', `the session tags for role ${quoted(role)} are too large for AWS`);
    case 'Validation':
    case 'InvalidParameterValue':
    case 'MalformedPolicyDocument':
      return providerError(
        'invalid',
        `AWS STS does not accept the request for role ${quoted(role)}: check the role's ARN, externalID, sessionTags and transitiveTagKeys`,
      );
    default:
      return undefined;
  }
};

const tokenAdvice = ({ role }: LoginStep): string =>
  `the account of role ${quoted(role)} needs an IAM OIDC provider for this cluster's issuer with the audience sts.amazonaws.com`;

const trustAdvice = (owner = "this pod's ServiceAccount"): string =>
  `its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider for ${owner} (conditions on the issuer's :sub and :aud)`;

/**
 * What a refusal of AssumeRoleWithWebIdentity means (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
 *
 * @param owner whose token it was (`ProviderContext.tokenOwner`)
 */
export const webIdentityRefused =
  (step: LoginStep, jwt: string, owner?: string) =>
  (failure: AwsFailure, { now }: AnswerContext): ProviderError => {
    if (failure.kind === 'failed') return failure.error;
    const shared = sharedSentence(failure, step);
    if (shared !== undefined) return shared;
    const role = quoted(step.role);
    const token = tokenName(owner);
    const hint = clockHint(jwt, { name: 'AWS', date: failure.date }, now, token);
    switch (failure.code) {
      case 'IDPCommunicationError':
      case 'IDPCommunication':
        return providerError(
          'unavailable',
          `AWS STS could not reach this cluster's OIDC issuer to verify ${token} for role ${role}`,
        );
      case 'ExpiredToken':
        return providerError(
          'unauthenticated',
          `AWS STS says that ${token} for role ${role} has expired ${failedAt(failure)}: ${withHint(hint, owner === undefined ? 'the kubelet replaces it' : 'the broker requests another one')}`,
        );
      case 'InvalidIdentityToken':
        return providerError(
          'unauthenticated',
          `AWS STS does not accept ${token} for role ${role} ${failedAt(failure)}: ${withHint(hint, tokenAdvice(step))}`,
        );
      default:
        return providerError(
          'unauthenticated',
          `AWS STS refused role ${role} to ${token} ${failedAt(failure)}: ${withHint(hint, trustAdvice(owner))}`,
        );
    }
  };

const chainAdvice = (from: string, { hasTags, hasExternalId }: LoginStep): string => {
  const actions = hasTags ? 'sts:AssumeRole and sts:TagSession' : 'sts:AssumeRole';
  const externalId = hasExternalId ? ' with this externalID' : '';
  return `its trust policy must allow ${actions} to ${from}${externalId}, and a policy of ${from} must allow ${actions} on it`;
};

/** What a refusal of AssumeRole means; `from` is who asks, as sentences name it. */
export const assumeRoleRefused =
  (step: LoginStep, from: string) =>
  (failure: AwsFailure, { now }: AnswerContext): ProviderError => {
    if (failure.kind === 'failed') return failure.error;
    const shared = sharedSentence(failure, step);
    if (shared !== undefined) return shared;
    const hint = isSignatureRefused(failure)
      ? clockDifference({ name: 'AWS', date: failure.date }, now)
      : undefined;
    return providerError(
      'unauthenticated',
      `AWS STS refused role ${quoted(step.role)} to ${from} ${failedAt(failure)}: ${withHint(hint, chainAdvice(from, step))}`,
    );
  };
