import { ok } from '../../../../lib/result.ts';
import { invalidParameter, SecretFields, secretIdRules } from './fields.ts';
import { findSecret } from './find.ts';
import { markedForDeletion, seconds } from './read.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { SecretsCall } from './service.ts';

const day = 24 * 60 * 60 * 1000;

function windowProblem(days: number | undefined, force: boolean): Outcome<never> | undefined {
  if (days === undefined) return undefined;
  if (force)
    return invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  if (days < 7 || days > 30)
    return invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  return undefined;
}

/** DeleteSecret: marks a secret for deletion, or removes it at once where told to. */
export function deleteSecret(call: SecretsCall): Outcome<JsonObject> {
  const { clock, store } = call.parts;
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  const days = fields.number('RecoveryWindowInDays');
  const force = fields.flag('ForceDeleteWithoutRecovery');
  const problem = fields.problem ?? windowProblem(days, force);
  if (problem !== undefined) return problem;
  const found = findSecret(call, 'DeleteSecret', id);
  if (!found.ok) return found;
  const secret = found.value;
  const at = clock.now();
  const until = force ? at : at + (days ?? 30) * day;
  if (force) store.remove(secret);
  else if (secret.deletion !== undefined) return markedForDeletion();
  else secret.deletion = { at, until };
  return ok({ ARN: secret.arn, Name: secret.name, DeletionDate: seconds(until) });
}

/** RestoreSecret. */
export function restoreSecret(call: SecretsCall): Outcome<JsonObject> {
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  if (fields.problem !== undefined) return fields.problem;
  const secret = findSecret(call, 'RestoreSecret', id);
  if (!secret.ok) return secret;
  secret.value.deletion = undefined;
  return ok({ ARN: secret.value.arn, Name: secret.value.name });
}
