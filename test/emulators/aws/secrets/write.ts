import { randomUUID } from 'node:crypto';
import { ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { refuse, refuseAtTheDoor } from '../wire/answer.ts';
import { invalidParameter, invalidRequest, SecretFields, secretIdRules, tokenRules } from './fields.ts';
import { findSecret } from './find.ts';
import { markedForDeletion } from './read.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Secret, SecretValue, Version } from './secret.ts';
import type { SecretsCall } from './service.ts';

const isSame = (a: SecretValue, b: SecretValue): boolean =>
  a.kind === 'string'
    ? b.kind === 'string' && a.text === b.text
    : b.kind === 'binary' && a.bytes.equals(b.bytes);

/** `SecretString` or `SecretBinary`; undefined where there is neither. */
function readValue(fields: SecretFields): Outcome<SecretValue | undefined> {
  const text = fields.text('SecretString', { longest: 65_536 });
  const binary = fields.text('SecretBinary');
  if (text !== undefined && binary !== undefined)
    return invalidParameter('You must provide either SecretString or SecretBinary, but not both.');
  if (text !== undefined) return ok({ kind: 'string', text });
  return ok(binary === undefined ? undefined : { kind: 'binary', bytes: Buffer.from(binary, 'base64') });
}

function put(
  secret: Secret,
  id: string,
  value: SecretValue,
  change: { readonly stages: readonly string[]; readonly now: number },
): Outcome<Version> {
  const existing = secret.versions.get(id);
  if (existing !== undefined && !isSame(existing.value, value))
    return refuse(
      400,
      'ResourceExistsException',
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  return ok(existing ?? secret.add(id, value, change.stages, change.now));
}

/** PutSecretValue: the new version is the current one unless `VersionStages` says otherwise. */
export function putSecretValue(call: SecretsCall): Outcome<JsonObject> {
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  const token = fields.text('ClientRequestToken', tokenRules) ?? randomUUID();
  const stages = fields.texts('VersionStages', 20) ?? ['AWSCURRENT'];
  const value = readValue(fields);
  if (fields.problem !== undefined) return fields.problem;
  if (!value.ok) return value;
  if (value.value === undefined)
    return invalidParameter('You must provide either SecretString or SecretBinary.');
  const secret = findSecret(call, 'PutSecretValue', id);
  if (!secret.ok) return secret;
  if (secret.value.deletion !== undefined) return markedForDeletion();
  const version = put(secret.value, token, value.value, { stages, now: call.parts.clock.now() });
  if (!version.ok) return version;
  const { arn, name } = secret.value;
  return ok({ ARN: arn, Name: name, VersionId: token, VersionStages: version.value.stages });
}

function readTags(fields: SecretFields): Record<string, string> {
  const tags = (fields.list('Tags') ?? []).filter(isJsonObject);
  return Object.fromEntries(tags.map(({ Key, Value }) => [String(Key), String(Value)]));
}

/** Why there can be no new secret of this name; undefined where there can. */
function nameProblem({ caller, parts }: SecretsCall, name: string): Outcome<never> | undefined {
  if (!/^[\w/+=.@!-]+$/.test(name))
    return refuseAtTheDoor(
      400,
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  const resource = `arn:aws:secretsmanager:${parts.region}:${caller.account}:secret:${name}`;
  const action = 'secretsmanager:CreateSecret';
  const allowed = parts.access.authorize(caller, { action, resource, shownAs: name });
  if (!allowed.ok) return allowed;
  const existing = parts.store.find(caller.account, name);
  if (existing === undefined) return undefined;
  if (existing.deletion !== undefined)
    return invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  const message = `The operation failed because the secret ${name} already exists.`;
  return refuse(400, 'ResourceExistsException', message);
}

/** CreateSecret. */
export function createSecret(call: SecretsCall): Outcome<JsonObject> {
  const { caller, parts } = call;
  const fields = new SecretFields(call.body);
  const name = fields.required('Name', { shortest: 1, longest: 512 });
  const token = fields.text('ClientRequestToken', tokenRules) ?? randomUUID();
  const description = fields.text('Description', { longest: 2048 });
  const kmsKeyId = fields.text('KmsKeyId', { longest: 2048 });
  const value = readValue(fields);
  const tags = readTags(fields);
  const problem = fields.problem ?? nameProblem(call, name);
  if (problem !== undefined) return problem;
  if (!value.ok) return value;
  const secret = parts.store.create(caller.account, name);
  Object.assign(secret, { description, kmsKeyId, tags });
  if (value.value === undefined) return ok({ ARN: secret.arn, Name: name });
  secret.add(token, value.value, ['AWSCURRENT'], parts.clock.now());
  return ok({ ARN: secret.arn, Name: name, VersionId: token });
}
