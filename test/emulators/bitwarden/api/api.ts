import { isUuid } from '../organization/uuid.ts';
import { invalid } from '../wire/answer.ts';
import type { BitwardenCore } from '../core.ts';
import type { ApiAnswer } from '../wire/answer.ts';
import type { RawRequest } from '../wire/request.ts';
import type { findRoute } from './routes.ts';

const bearer = /^Bearer (.+)$/;

/** Refusals of the framework have no body. */
function unauthorized(description: string, sent: boolean): ApiAnswer {
  const details = sent ? ` error="invalid_token", error_description="${description}"` : '';
  return { status: 401, headers: { 'www-authenticate': `Bearer${details}` } };
}

/** Judges and answers a request to the API. `seen` hears whose it is. */
export async function answerApi(
  core: BitwardenCore,
  request: RawRequest,
  found: ReturnType<typeof findRoute>,
  seen: (accountId: string) => void,
): Promise<ApiAnswer> {
  if (!('route' in found)) {
    const { allowed } = found;
    return allowed.length === 0 ? { status: 404 } : { status: 405, headers: { allow: allowed.join(', ') } };
  }
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  const session = await core.sessions.verify(token ?? '');
  if (!session.ok) return unauthorized(session.error, token !== undefined);
  seen(session.value.accountId);
  const { route, id } = found;
  if (route.parameter !== '' && !isUuid(id))
    return invalid({ [route.parameter]: [`The value '${id}' is not valid.`] });
  const { organization, clock } = core;
  const account = organization.accounts.get(session.value.accountId);
  return route.operation({ organization, account, id: id.toLowerCase(), request, now: clock.now() });
}
