import { providerError, type ProviderError } from '../lib/provider-error.ts';
import type { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { quoted } from '../lib/text.ts';
import type { ProviderContext } from './provider.ts';

type Token = Redacted<string>;

/** Reads a projected token of the pod. What breaks is a path or an errno: the sentence is the same for all of them. */
export const readPodToken = async (
  { readToken }: Pick<ProviderContext, 'readToken'>,
  name: string,
): Promise<Result<Token, ProviderError>> => {
  try {
    return ok(await readToken(name));
  } catch {
    return err(providerError('unauthenticated', `the pod's token ${quoted(name)} cannot be read`));
  }
};

/** Logs in with a token as it is on disk now; once more where the kubelet replaced it meanwhile. */
export const withCurrentToken = async <T>(
  read: () => Promise<Result<Token, ProviderError>>,
  logIn: (token: Token) => Promise<Result<T, ProviderError>>,
): Promise<Result<T, ProviderError>> => {
  const token = await read();
  if (!token.ok) return token;
  const first = await logIn(token.value);
  if (first.ok || first.error.code !== 'unauthenticated') return first;
  const again = await read();
  return again.ok && again.value.reveal() !== token.value.reveal() ? logIn(again.value) : first;
};
