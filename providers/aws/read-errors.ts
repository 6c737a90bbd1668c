import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { quoted } from '../../lib/text.ts';
import { clockDifference } from '../clock-hint.ts';
import { isSignatureRefused, isStale, type AnswerContext, type AwsFailure, type Refusal } from './answer.ts';
import type { Target } from './key.ts';

const versionName = ({ version, stage }: Target): string =>
  [
    ...(version === undefined ? [] : [`version ${quoted(version)}`]),
    ...(stage === undefined ? [] : [`stage ${quoted(stage)}`]),
  ].join(' at ');

const secretName = (target: Target): string => `secret ${quoted(target.id)} in ${target.region}`;

const missing = (target: Target, who: string): ProviderError => {
  const version = versionName(target);
  return providerError(
    'not_found',
    version === ''
      ? `${secretName(target)} does not exist in the account of ${who}, or has no value yet`
      : `${secretName(target)} does not exist in the account of ${who}, or has no ${version}`,
  );
};

const refused = (target: Target, who: string, action: string): string =>
  `AWS denied ${who} reading ${secretName(target)}: a policy must allow ${action}`;

/** Refusals of credentials and signatures, which are not about the secret. */
const identityError = (
  failure: AwsFailure,
  { now }: AnswerContext,
  who: string,
): ProviderError | undefined => {
  if (isStale(failure))
    return providerError(
      'unauthenticated',
      `AWS does not accept the credentials of ${who}, not even new ones`,
    );
  if (!isSignatureRefused(failure)) return undefined;
  const hint = clockDifference({ name: 'AWS', date: failure.date }, now);
  return providerError(
    'unauthenticated',
    `AWS does not accept a signature of ${who} (HTTP ${failure.status})${hint === undefined ? '' : `: ${hint}`}`,
  );
};

/** What a code of Secrets Manager says about one secret; also that of one secret in a batch. */
export const secretError = (
  { code, status }: Pick<Refusal, 'code' | 'status'>,
  target: Target,
  who: string,
): ProviderError => {
  switch (code) {
    case 'ResourceNotFound':
      return missing(target, who);
    case 'AccessDenied':
      return providerError(
        'denied',
        refused(
          target,
          who,
          'secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)',
        ),
      );
    case 'DecryptionFailure':
      return providerError(
        'denied',
        `AWS KMS did not decrypt ${secretName(target)} for ${who}: its key must be enabled, and a policy must allow kms:Decrypt on it`,
      );
    case 'InvalidRequest':
      return providerError(
        'not_found',
        `${secretName(target)} is marked for deletion; restore it, or name another`,
      );
    case 'InternalService':
      return providerError('unavailable', `AWS failed inside reading ${secretName(target)}`);
    default:
      return providerError(
        'invalid',
        `AWS refused to read ${secretName(target)}${status === 0 ? '' : ` (HTTP ${status})`}`,
      );
  }
};

/** What a refusal of GetSecretValue means (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html). */
export const readRefused =
  (target: Target, who: string) =>
  (failure: AwsFailure, context: AnswerContext): ProviderError => {
    if (failure.kind === 'failed') return failure.error;
    return identityError(failure, context, who) ?? secretError(failure, target, who);
  };

/** What a refusal of a whole BatchGetSecretValue means; where it is permanent the secrets are read one by one, so nobody sees it. */
export const batchRefused =
  (who: string) =>
  (failure: AwsFailure, context: AnswerContext): ProviderError => {
    if (failure.kind === 'failed') return failure.error;
    const error = identityError(failure, context, who);
    if (error !== undefined) return error;
    return failure.code === 'AccessDenied'
      ? providerError('denied', `AWS denied ${who} reading many secrets at once`)
      : providerError('invalid', `AWS refused to read many secrets at once (HTTP ${failure.status})`);
  };

/** What a refusal of ListSecrets means (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html). */
export const listRefused =
  (region: string, who: string) =>
  (failure: AwsFailure, context: AnswerContext): ProviderError => {
    if (failure.kind === 'failed') return failure.error;
    const error = identityError(failure, context, who);
    if (error !== undefined) return error;
    switch (failure.code) {
      case 'AccessDenied':
        return providerError(
          'denied',
          `AWS denied ${who} listing the secrets in ${region}: a policy must allow secretsmanager:ListSecrets on "*"`,
        );
      case 'InvalidNextToken':
        return providerError(
          'unavailable',
          `AWS does not know any more where the list of secrets in ${region} goes on`,
        );
      default:
        return providerError(
          'invalid',
          `AWS refused to list the secrets in ${region} (HTTP ${failure.status})`,
        );
    }
  };
