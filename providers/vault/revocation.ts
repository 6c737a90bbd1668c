import type { LoginRequests } from './login.ts';
import type { VaultToken } from './token.ts';

/**
 * Revokes tokens, all at once, and with each the leases that hang on it: Vault's default policy lets a token end itself, and
 * not its leases one by one. True where there was one and Vault said of all that it did; batch tokens cannot be revoked.
 */
export const revokeTokens = async (
  tokens: readonly VaultToken[],
  { revoke }: Pick<LoginRequests, 'revoke'>,
  signal: AbortSignal,
): Promise<boolean> => {
  const revoked = await Promise.all(tokens.map((token) => revoke(token, signal)));
  return revoked.length > 0 && revoked.every(({ ok }) => ok);
};
