import { providerError, type ProviderError, type ProviderErrorCode } from '../lib/provider-error.ts';
import type { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { quoted } from '../lib/text.ts';
import type { ProviderContext } from './provider.ts';

type Token = Redacted<string>;

/** Why there is no token, in a sentence that may be told: whose it would have been, never a part of one. */
export class NoToken extends Error {
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** How sentences name the token that logs in (`ProviderContext.tokenOwner`). */
export const tokenName = (owner: string | undefined): string =>
  owner === undefined ? "the pod's token" : `the token of ${owner}`;

/** Reads a token to log in with. What breaks in a pod is a path or an errno: the sentence is the same for all of them. */
export const readPodToken = async (
  { readToken }: Pick<ProviderContext, 'readToken'>,
  name: string,
): Promise<Result<Token, ProviderError>> => {
  try {
    return ok(await readToken(name));
  } catch (error) {
    if (error instanceof NoToken) return err(providerError(error.code, error.message));
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
