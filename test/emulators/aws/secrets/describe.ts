import { ok } from '../../../../lib/result.ts';
import { SecretFields, secretIdRules } from './fields.ts';
import { readFilters } from './filters.ts';
import { findSecret } from './find.ts';
import { pageOf } from './paging.ts';
import { seconds } from './read.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Secret } from './secret.ts';
import type { SecretsCall } from './service.ts';

const day = 24 * 60 * 60 * 1000;

/** What is there to say about a secret; `stagesField` is where its versions are. */
function description(
  secret: Secret,
  stagesField: 'VersionIdsToStages' | 'SecretVersionsToStages',
): JsonObject {
  const { accessedAt, deletion, tags, versions } = secret;
  const staged = [...versions.values()].filter(({ stages }) => stages.length > 0);
  const fields: JsonObject = {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    LastChangedDate: seconds(secret.changedAt),
    LastAccessedDate: accessedAt === undefined ? undefined : seconds(accessedAt - (accessedAt % day)),
    DeletedDate: deletion === undefined ? undefined : seconds(deletion.at),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    [stagesField]: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
    CreatedDate: seconds(secret.createdAt),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** DescribeSecret; also of secrets that are marked for deletion. */
export function describeSecret(call: SecretsCall): Outcome<JsonObject> {
  const fields = new SecretFields(call.body);
  const id = fields.required('SecretId', secretIdRules);
  if (fields.problem !== undefined) return fields.problem;
  const secret = findSecret(call, 'DescribeSecret', id);
  return secret.ok ? ok(description(secret.value, 'VersionIdsToStages')) : secret;
}

/** ListSecrets, by name. */
export function listSecrets(call: SecretsCall): Outcome<JsonObject> {
  const { caller, parts } = call;
  const fields = new SecretFields(call.body);
  const size = fields.number('MaxResults', { least: 1, most: 100 }) ?? 100;
  const token = fields.text('NextToken');
  const deletedToo = fields.flag('IncludePlannedDeletion');
  const filter = readFilters(fields);
  if (fields.problem !== undefined) return fields.problem;
  const allowed = parts.access.authorize(caller, { action: 'secretsmanager:ListSecrets', resource: '*' });
  if (!allowed.ok) return allowed;
  const found = parts.store
    .list(caller.account)
    .filter((secret) => (deletedToo || secret.deletion === undefined) && (filter?.(secret) ?? true));
  const page = pageOf(found, size, token);
  if (!page.ok) return page;
  const { items, nextToken } = page.value;
  return ok({
    SecretList: items.map((secret) => description(secret, 'SecretVersionsToStages')),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  });
}
