import { ok } from '../../../../lib/result.ts';
import { invalidParameter, SecretFields } from './fields.ts';
import { readFilters } from './filters.ts';
import { findSecret } from './find.ts';
import { pageOf } from './paging.ts';
import { valueOf } from './read.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { SecretsCall } from './service.ts';

const most = 20;

/** The ids that a request is about, in pages where they come of filters. */
function idsOf(
  call: SecretsCall,
): Outcome<{ readonly items: readonly string[]; readonly nextToken: string | undefined }> {
  const fields = new SecretFields(call.body);
  const ids = fields.texts('SecretIdList', most);
  const size = fields.number('MaxResults', { least: 1, most });
  const token = fields.text('NextToken');
  const filter = readFilters(fields);
  if (fields.problem !== undefined) return fields.problem;
  if ((ids === undefined) === (filter === undefined))
    return invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  if (ids !== undefined && size !== undefined)
    return invalidParameter(
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    );
  if (ids !== undefined) return ok({ items: ids, nextToken: undefined });
  const listed = call.parts.access.authorize(call.caller, {
    action: 'secretsmanager:ListSecrets',
    resource: '*',
  });
  if (!listed.ok) return listed;
  const secrets = call.parts.store.list(call.caller.account).filter(filter ?? (() => true));
  const found = secrets.filter(({ deletion }) => deletion === undefined).map(({ arn }) => arn);
  return pageOf(found, size ?? most, token);
}

/**
 * BatchGetSecretValue (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html): the
 * current versions, as far as there are any and the caller may read each; what fails is listed beside them.
 */
export function batchGetSecretValue(call: SecretsCall): Outcome<JsonObject> {
  const { access, clock } = call.parts;
  const allowed = access.authorize(call.caller, {
    action: 'secretsmanager:BatchGetSecretValue',
    resource: '*',
  });
  if (!allowed.ok) return allowed;
  const ids = idsOf(call);
  if (!ids.ok) return ids;
  const values: JsonObject[] = [];
  const errors: JsonObject[] = [];
  for (const id of ids.value.items) {
    const secret = findSecret(call, 'GetSecretValue', id, { 'secretsmanager:VersionStage': 'AWSCURRENT' });
    const value = secret.ok ? valueOf(secret.value, {}, clock.now()) : secret;
    if (value.ok) values.push(value.value);
    else errors.push({ SecretId: id, ErrorCode: value.error.code, Message: value.error.message });
  }
  const { nextToken } = ids.value;
  return ok({
    SecretValues: values,
    Errors: errors,
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  });
}
