import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJsonOrNothing } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import type { PodVault } from './login.ts';
import { tokenState, type VaultToken } from './token.ts';

/**
 * A login that outlives its process: `keyferry-refresh` goes on with `keyferry-init`'s token, and a restarted container with
 * its own. The text holds the token; it goes nowhere but to `keyferry-state`, which is in memory and the agent's alone.
 */
const session = z.strictObject({
  version: z.literal(1),
  /** Which login it is; another store's or another role's is not taken. */
  login: z.string(),
  token: z.string().check(z.minLength(1)),
  savedAt: z.number(),
  expiresAt: z.nullable(z.number()),
  renewAt: z.nullable(z.number()),
  replaceAt: z.nullable(z.number()),
  fullLife: z.number().check(z.nonnegative()),
});

const storeName = ({ server, namespace, auth }: PodVault): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        server,
        auth.namespace ?? namespace ?? '',
        auth.method,
        auth.mountPath,
        auth.role,
        auth.token,
      ]),
    )
    .digest('hex');

/** What is kept where a login has ended: no session. */
export const noSession = '';

/** The text of a session; undefined for a token that is good for a number of uses: nobody could count on. */
export const encodeSession = (store: PodVault, token: VaultToken, now: number): string | undefined => {
  const { expiresAt, renewAt, replaceAt, fullLife, uses, secret } = token;
  if (uses !== null) return undefined;
  const saved: z.infer<typeof session> = {
    version: 1,
    login: storeName(store),
    token: secret.reveal(),
    savedAt: now,
    expiresAt,
    renewAt,
    replaceAt,
    fullLife,
  };
  return JSON.stringify(saved);
};

/** Reads a session's text; undefined where it is not one, another login's, lapsed, or from the future (the clock was set). */
export const decodeSession = (
  store: PodVault,
  text: string | undefined,
  now: number,
): VaultToken | undefined => {
  const parsed = session.safeParse(parseJsonOrNothing(text));
  if (!parsed.success || parsed.data.login !== storeName(store) || parsed.data.savedAt > now)
    return undefined;
  const { token: secret, expiresAt, renewAt, replaceAt, fullLife } = parsed.data;
  const token = { secret: new Redacted(secret), expiresAt, renewAt, replaceAt, fullLife, uses: null };
  return tokenState(token, now) === 'lapsed' ? undefined : token;
};
