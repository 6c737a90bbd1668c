import { timingSafeEqual } from 'node:crypto';
import { hashSecret } from '../crypto/access-token.ts';
import { secretsScope } from './sessions.ts';
import type { BitwardenCore } from '../core.ts';
import type { ApiKey } from '../organization/types.ts';
import type { ApiAnswer } from '../wire/answer.ts';
import type { RawRequest } from '../wire/request.ts';

const headers = { 'cache-control': 'no-store, no-cache, max-age=0', pragma: 'no-cache' };

/** Refusals are those of OAuth, https://www.rfc-editor.org/rfc/rfc6749#section-5.2, always 400 and without a description. */
const refuse = (error: string): ApiAnswer => ({ status: 400, body: { error }, headers });

/** The API key of a client, where everything about it holds; what does not is told to nobody. */
function clientOf({ organization, clock }: BitwardenCore, form: URLSearchParams): ApiKey | undefined {
  const key = organization.apiKeys.get((form.get('client_id') ?? '').toLowerCase());
  if (key === undefined || !organization.enabled) return undefined;
  if (key.expiresAt !== undefined && key.expiresAt <= clock.now()) return undefined;
  return timingSafeEqual(key.secretHash, hashSecret(form.get('client_secret') ?? '')) ? key : undefined;
}

/** `POST /connect/token`: the login of a machine account by client credentials. `seen` hears which account it is. */
export async function login(
  core: BitwardenCore,
  { headers: sent, body }: RawRequest,
  seen: (accountId: string) => void,
): Promise<ApiAnswer> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(sent['content-type'] ?? ''))
    return refuse('invalid_request');
  const form = new URLSearchParams(body.toString('utf8'));
  const key = clientOf(core, form);
  if (key === undefined) return refuse('invalid_client');
  if (form.get('grant_type') !== 'client_credentials') return refuse('unsupported_grant_type');
  if ((form.get('scope') ?? secretsScope) !== secretsScope) return refuse('invalid_scope');
  seen(key.accountId);
  return {
    ...{ status: 200, headers },
    body: {
      access_token: await core.sessions.sign(key, core.organization.id),
      ...{ expires_in: core.sessions.lifeSeconds, token_type: 'Bearer', scope: secretsScope },
      encrypted_payload: key.encryptedPayload,
    },
  };
}
