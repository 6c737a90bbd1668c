import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { Authority, Grant } from './authority.ts';
import type { TokenDuty } from './token.ts';

/** An authority for one batch of reads: once it has failed, it is not asked again. */
export type BatchAuthority = Pick<Authority, 'take' | 'replace'>;

/** One failed login is the outcome of the whole batch, not the first of many. */
export const forBatch = (authority: BatchAuthority): BatchAuthority => {
  let failure: { readonly ok: false; readonly error: ProviderError } | undefined;
  const unlessFailed = async <T>(
    ask: () => Promise<Result<T, ProviderError>>,
  ): Promise<Result<T, ProviderError>> => {
    if (failure !== undefined) return failure;
    const answer = await ask();
    if (!answer.ok) failure = answer;
    return answer;
  };
  return {
    take: (signal, duty) => unlessFailed(() => authority.take(signal, duty)),
    replace: (grant, signal) => unlessFailed(() => authority.replace(grant, signal)),
  };
};

export interface TokenRequest<T> {
  readonly authority: BatchAuthority;
  readonly signal: AbortSignal;
  readonly send: (grant: Grant) => Promise<Result<T, ProviderError>>;
  /** Default: `requests`. */
  readonly duty?: TokenDuty;
  /** Whether a refusal may be the token's fault at all. */
  readonly mayReplace?: () => boolean;
}

/** A newer token after a refusal, or undefined where there is none to try. */
const newerToken = async <T>(
  { authority, signal, duty }: TokenRequest<T>,
  refused: Grant,
): Promise<Result<Grant | undefined, ProviderError>> => {
  const replaced = await authority.replace(refused, signal);
  if (!replaced.ok) return replaced;
  return replaced.value ? authority.take(signal, duty) : ok(undefined);
};

/**
 * Sends a request with the store's token. Vault's 403 does not tell a token that it no longer knows from a policy that denies:
 * where the token may be the reason, one login decides, and the request is sent once more.
 */
export const withToken = async <T>(request: TokenRequest<T>): Promise<Result<T, ProviderError>> => {
  const { authority, signal, send, duty, mayReplace = () => true } = request;
  const grant = await authority.take(signal, duty);
  if (!grant.ok) return grant;
  const first = await send(grant.value);
  if (first.ok || first.error.code !== 'denied' || !mayReplace()) return first;
  const newer = await newerToken(request, grant.value);
  if (!newer.ok) return newer;
  return newer.value === undefined ? first : send(newer.value);
};
