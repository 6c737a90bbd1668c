import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { notVaults, readVerdict, type AnswerContext, type Verdict } from './answer.ts';
import type { Judge } from './calls.ts';
import { readTokenLease, type TokenLease } from './token.ts';

const refusedStatuses = new Set([400, 401, 403]);

/** Where a login was tried, as sentences name it. */
export const loginPlace = (mountPath: string, namespace: string | undefined): string =>
  `auth/${mountPath}${namespace === undefined ? '' : ` of namespace ${quoted(namespace)}`}`;

const readLogin = (
  { status, body }: Verdict,
  place: string,
  context: AnswerContext,
): Result<TokenLease, ProviderError> => {
  if (status === 404) return err(providerError('invalid', `Vault has no auth method at ${place} (HTTP 404)`));
  if (status !== 200) return err(notVaults(context, `HTTP ${status} was not expected of a login`));
  const { auth } = body;
  if (isJsonObject(auth) && isJsonObject(auth['mfa_requirement']))
    return err(
      providerError(
        'invalid',
        `the login at ${place} asks for a second factor, which Keyferry does not have`,
      ),
    );
  const lease = readTokenLease(body);
  return lease === undefined ? err(notVaults(context, 'a login without a token')) : ok(lease);
};

/**
 * What Vault's answer to a login means.
 *
 * @param place where it was tried (`loginPlace`)
 * @param refusal the sentence about a refusal, from its HTTP status and the server's date
 */
export const judgeLogin =
  (
    place: string,
    refusal: (status: number, date: string | undefined, context: AnswerContext) => string,
  ): Judge<TokenLease> =>
  (answer, context) => {
    const verdict = readVerdict(answer, context);
    if (!verdict.ok) return verdict;
    const { status } = verdict.value;
    return refusedStatuses.has(status)
      ? err(providerError('unauthenticated', refusal(status, answer.headers.date, context)))
      : readLogin(verdict.value, place, context);
  };
