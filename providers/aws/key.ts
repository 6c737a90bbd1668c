import type { AwsConnection } from '../../lib/connections/connection.ts';
import type { PlanSource } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { awsKeyProblems, isArn } from '../../lib/stores/aws-key.ts';
import { quoted } from '../../lib/text.ts';

/** A secret, as a request names it. */
export interface Target {
  /** A name or an ARN. */
  readonly id: string;
  readonly region: string;
  readonly version: string | undefined;
  readonly stage: string | undefined;
}

const invalid = (message: string): Result<never, ProviderError> => err(providerError('invalid', message));

/** The webhook has seen the key too, but a plan outlives the webhook that made it. */
const readId = (key: string, store: AwsConnection): Result<string, ProviderError> => {
  const [problem] = awsKeyProblems(key, store);
  if (problem !== undefined) return invalid(problem);
  return ok(isArn(key) ? key : store.prefix + key);
};

const versionProblem = (version: string | undefined): string | undefined =>
  version === undefined || (version.length >= 32 && version.length <= 64)
    ? undefined
    : `the version ${quoted(version)} is no VersionId, which has 32 to 64 characters; a staging label is written ?stage=`;

/** What a source's key names in this store. What cannot be is told before anything is sent. */
export const readTarget = (source: PlanSource, store: AwsConnection): Result<Target, ProviderError> => {
  const { key, version, stage, parameters } = source;
  if (parameters !== undefined)
    return invalid('AWS Secrets Manager makes no secrets: the ref takes no parameters');
  const problem = versionProblem(version);
  if (problem !== undefined) return invalid(problem);
  const id = readId(key, store);
  return id.ok ? ok({ id: id.value, region: store.region, version, stage }) : id;
};
