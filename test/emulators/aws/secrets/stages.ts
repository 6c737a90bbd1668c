import { ok } from '../../../../lib/result.ts';
import { refuse } from '../wire/answer.ts';
import { invalidParameter, SecretFields, secretIdRules, stageRules, tokenRules } from './fields.ts';
import { findSecret } from './find.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Secret } from './secret.ts';
import type { SecretsCall } from './service.ts';

interface Move {
  readonly stage: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Why a label cannot be moved so; undefined where it can. */
function moveProblem(secret: Secret, { stage, from, to }: Move): Outcome<never> | undefined {
  if (to !== undefined && !secret.versions.has(to))
    return refuse(400, 'ResourceNotFoundException', `Not a valid version: ${to}`);
  const holder = secret.staged(stage)?.id;
  if (holder !== undefined && holder !== from && holder !== to)
    return invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (stage === 'AWSCURRENT' && to === undefined)
    return invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  return undefined;
}

/** UpdateSecretVersionStage: puts a label on a version, takes it off one, or both. */
export function updateSecretVersionStage(call: SecretsCall): Outcome<JsonObject> {
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  const move = {
    stage: fields.required('VersionStage', stageRules),
    from: fields.text('RemoveFromVersionId', tokenRules),
    to: fields.text('MoveToVersionId', tokenRules),
  };
  if (fields.problem !== undefined) return fields.problem;
  const found = findSecret(call, 'UpdateSecretVersionStage', id);
  if (!found.ok) return found;
  const secret = found.value;
  const problem = moveProblem(secret, move);
  if (problem !== undefined) return problem;
  secret.moveStage(move.stage, move.to);
  secret.changedAt = call.parts.clock.now();
  return ok({ ARN: secret.arn, Name: secret.name });
}
