import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import type { Result } from '../../lib/result.ts';
import type { LoginOutcome } from './assume-role.ts';

type Token = Redacted<string>;

/** Logs in with a token as it is on disk now; once more where the kubelet replaced it meanwhile. */
export const withCurrentToken = async (
  read: () => Promise<Result<Token, ProviderError>>,
  logIn: (token: Token) => Promise<LoginOutcome>,
): Promise<LoginOutcome> => {
  const token = await read();
  if (!token.ok) return token;
  const first = await logIn(token.value);
  if (first.ok || first.error.code !== 'unauthenticated') return first;
  const again = await read();
  return again.ok && again.value.reveal() !== token.value.reveal() ? logIn(again.value) : first;
};
