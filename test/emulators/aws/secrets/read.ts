import { ok } from '../../../../lib/result.ts';
import { refuse } from '../wire/answer.ts';
import { invalidRequest, notFound, SecretFields, secretIdRules, stageRules, tokenRules } from './fields.ts';
import { findSecret } from './find.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Secret, Version } from './secret.ts';
import type { SecretsCall } from './service.ts';

/** Times in JSON 1.1 are seconds with milliseconds behind the point. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

export const markedForDeletion = (): Outcome<never> =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");

interface Wanted {
  readonly versionId?: string | undefined;
  readonly stage?: string | undefined;
}

function versionOf(secret: Secret, { versionId, stage }: Wanted): Outcome<Version> {
  if (versionId === undefined) {
    const version = secret.staged(stage ?? 'AWSCURRENT');
    return version === undefined
      ? notFound(`secret value for staging label: ${stage ?? 'AWSCURRENT'}`)
      : ok(version);
  }
  const version = secret.versions.get(versionId);
  if (version === undefined) return notFound(`secret value for VersionId: ${versionId}`);
  if (stage !== undefined && !version.stages.includes(stage))
    return invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  return ok(version);
}

/** The value of one version as an answer has it, where the secret can be read. */
export function valueOf(secret: Secret, wanted: Wanted, now: number): Outcome<JsonObject> {
  if (secret.deletion !== undefined) return markedForDeletion();
  const found = versionOf(secret, wanted);
  if (!found.ok) return found;
  if (secret.keyProblem === 'denied')
    return refuse(400, 'AccessDeniedException', 'Access to KMS is not allowed');
  if (secret.keyProblem === 'failed')
    return refuse(
      400,
      'DecryptionFailure',
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
  Object.assign(secret, { accessedAt: now });
  const { id, value, stages, createdAt } = found.value;
  return ok({
    ARN: secret.arn,
    CreatedDate: seconds(createdAt),
    Name: secret.name,
    ...(value.kind === 'binary'
      ? { SecretBinary: value.bytes.toString('base64') }
      : { SecretString: value.text }),
    VersionId: id,
    VersionStages: stages,
  });
}

/** GetSecretValue (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html). */
export function getSecretValue(call: SecretsCall): Outcome<JsonObject> {
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  const versionId = fields.text('VersionId', tokenRules);
  const stage = fields.text('VersionStage', stageRules);
  if (fields.problem !== undefined) return fields.problem;
  const secret = findSecret(call, 'GetSecretValue', id, {
    'secretsmanager:VersionId': versionId,
    'secretsmanager:VersionStage': stage ?? (versionId === undefined ? 'AWSCURRENT' : undefined),
  });
  return secret.ok ? valueOf(secret.value, { versionId, stage }, call.parts.clock.now()) : secret;
}
