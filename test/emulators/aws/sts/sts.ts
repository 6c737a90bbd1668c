import { ok } from '../../../../lib/result.ts';
import { authenticate } from '../signature/authenticate.ts';
import { refuse } from '../wire/answer.ts';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Access } from '../iam/access.ts';
import type { Roles } from '../iam/role.ts';
import type { Caller, Callers } from '../sessions.ts';
import type { Outcome } from '../wire/answer.ts';
import type { RawRequest } from '../wire/http-request.ts';
import type { XmlValue } from '../wire/query-protocol.ts';
import type { OidcProvider } from './web-identity.ts';

export interface StsParts {
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly roles: Roles;
  readonly callers: Callers;
  readonly access: Access;
  readonly providers: readonly OidcProvider[];
}

type Operation = (form: URLSearchParams, caller: Caller, parts: StsParts) => Outcome<XmlValue>;

const getCallerIdentity: Operation = (_form, { arn, userId, account }) =>
  ok({ Arn: arn, UserId: userId, Account: account });

const signedOperations: ReadonlyMap<string, Operation> = new Map([
  ['AssumeRole', assumeRole],
  ['GetCallerIdentity', getCallerIdentity],
]);

const version = '2011-06-15';

/** The fields of a request of the query protocol. */
export const formOf = (request: RawRequest): URLSearchParams =>
  new URLSearchParams(request.method === 'GET' ? request.query : request.body.toString('utf8'));

/** Does what a request asks STS for; the caller is told to `seen` as soon as it is known. */
export async function handleSts(
  request: RawRequest,
  parts: StsParts,
  seen: (caller: Caller) => void,
): Promise<Outcome<XmlValue>> {
  const form = formOf(request);
  const name = form.get('Action') ?? '';
  const operation = signedOperations.get(name);
  if (form.get('Version') !== version || (operation === undefined && name !== 'AssumeRoleWithWebIdentity'))
    return refuse(
      400,
      'InvalidAction',
      `Could not find operation ${name} for version ${form.get('Version') ?? 'NO_VERSION_SPECIFIED'}`,
    );
  if (operation === undefined) return await assumeRoleWithWebIdentity(form, parts);
  const door = {
    service: 'sts',
    region: parts.region,
    callers: parts.callers,
    now: parts.clock.now(),
  } as const;
  const caller = authenticate(request, door);
  if (!caller.ok) return caller;
  seen(caller.value);
  return operation(form, caller.value, parts);
}
