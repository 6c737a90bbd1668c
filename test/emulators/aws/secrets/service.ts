import { err, ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { authenticate } from '../signature/authenticate.ts';
import { refuseAtTheDoor } from '../wire/answer.ts';
import { headerOf } from '../wire/http-request.ts';
import { jsonContentType } from '../wire/json-protocol.ts';
import { batchGetSecretValue } from './batch.ts';
import { deleteSecret, restoreSecret } from './deletion.ts';
import { describeSecret, listSecrets } from './describe.ts';
import { getSecretValue } from './read.ts';
import { updateSecretVersionStage } from './stages.ts';
import { createSecret, putSecretValue } from './write.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Access } from '../iam/access.ts';
import type { Caller, Callers } from '../sessions.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { RawRequest } from '../wire/http-request.ts';
import type { SecretStore } from './secret-store.ts';

export interface SecretsParts {
  readonly clock: Clock;
  readonly region: string;
  readonly callers: Callers;
  readonly access: Access;
  readonly store: SecretStore;
}

/** A request of somebody known. */
export interface SecretsCall {
  readonly body: JsonObject;
  readonly caller: Caller;
  readonly parts: SecretsParts;
}

type Operation = (call: SecretsCall) => Outcome<JsonObject>;

const operations: ReadonlyMap<string, Operation> = new Map([
  ['GetSecretValue', getSecretValue],
  ['BatchGetSecretValue', batchGetSecretValue],
  ['DescribeSecret', describeSecret],
  ['ListSecrets', listSecrets],
  ['PutSecretValue', putSecretValue],
  ['CreateSecret', createSecret],
  ['UpdateSecretVersionStage', updateSecretVersionStage],
  ['DeleteSecret', deleteSecret],
  ['RestoreSecret', restoreSecret],
]);

/** The operation that `X-Amz-Target` names, empty for none. */
export const targetOf = (request: RawRequest): string =>
  /^secretsmanager\.(.*)$/.exec(headerOf(request, 'x-amz-target') ?? '')?.[1] ?? '';

/** The body as JSON; undefined where it is none. */
export function bodyOf(request: RawRequest): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Does what a request asks Secrets Manager for; the caller is told to `seen` as soon as it is known. */
export function handleSecrets(
  request: RawRequest,
  parts: SecretsParts,
  seen: (caller: Caller) => void,
): Outcome<JsonObject> {
  const operation = operations.get(targetOf(request));
  const contentType = headerOf(request, 'content-type')?.split(';')[0];
  if (operation === undefined || contentType !== jsonContentType)
    return refuseAtTheDoor(400, 'UnknownOperationException', '');
  const { region, callers, clock } = parts;
  const caller = authenticate(request, { service: 'secretsmanager', region, callers, now: clock.now() });
  if (!caller.ok) return caller;
  seen(caller.value);
  const body = bodyOf(request);
  if (body === undefined) return refuseAtTheDoor(400, 'SerializationException', '');
  const result = operation({ body, caller: caller.value, parts });
  return result.ok ? ok(result.value) : err(result.error);
}
