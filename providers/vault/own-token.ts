import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { notVaults, readVerdict, type AnswerContext } from './answer.ts';
import type { Call } from './calls.ts';
import { readTokenLease, type TokenLease, type VaultToken } from './token.ts';

/** What a token does with itself, however it was got; each is one request below `auth/token/`, which Vault's default policy allows. */
export interface OwnTokenRequests {
  renew(token: VaultToken): Promise<Result<TokenLease, ProviderError>>;
  /** Whether Vault still knows the token. One whose policies do not let it ask counts as unknown. */
  isKnown(token: VaultToken): Promise<Result<boolean, ProviderError>>;
  /** Ends the token and every lease that hangs on it. */
  revoke(token: VaultToken, signal: AbortSignal): Promise<Result<undefined, ProviderError>>;
}

const judgeRenewal = (answer: HttpAnswer, context: AnswerContext): Result<TokenLease, ProviderError> => {
  const verdict = readVerdict(answer, context);
  if (!verdict.ok) return verdict;
  const { status, body } = verdict.value;
  if (status !== 200)
    return err(providerError('denied', `Vault refused to renew the token (HTTP ${status})`));
  const lease = readTokenLease(body);
  return lease === undefined ? err(notVaults(context, 'a renewal without a token')) : ok(lease);
};

const judgeLookup = (answer: HttpAnswer, context: AnswerContext): Result<boolean, ProviderError> => {
  const verdict = readVerdict(answer, context);
  return verdict.ok ? ok(verdict.value.status === 200) : verdict;
};

/** Vault answers a revocation with 204 and no body. */
const judgeRevocation = (answer: HttpAnswer, context: AnswerContext): Result<undefined, ProviderError> => {
  if (answer.status === 204) return ok(undefined);
  const verdict = readVerdict(answer, context);
  return verdict.ok
    ? err(providerError('denied', `Vault refused to revoke the token (HTTP ${verdict.value.status})`))
    : verdict;
};

export const ownTokenRequests = (call: Call, namespace: string | undefined): OwnTokenRequests => ({
  renew: ({ secret: token }) =>
    call(
      'renew',
      { method: 'write', path: 'auth/token/renew-self', namespace, token, body: {} },
      judgeRenewal,
    ),
  isKnown: ({ secret: token }) =>
    call('lookup', { method: 'read', path: 'auth/token/lookup-self', namespace, token }, judgeLookup),
  revoke: ({ secret: token }, signal) =>
    call(
      'revoke',
      { method: 'write', path: 'auth/token/revoke-self', namespace, token, body: {}, signal },
      judgeRevocation,
    ),
});
