import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJsonOrNothing } from '../../lib/json.ts';
import type { PodAws } from './login.ts';
import { Redacted } from '../../lib/redacted.ts';
import type { PodIdentity } from '../provider.ts';
import type { Identified } from './assume-role.ts';
import { credentialsState } from './credentials.ts';

/**
 * A login that outlives its process, so that a restarted container does not log in again. The text holds the credentials; it goes
 * nowhere but to `keyferry-state`, which is in memory and the agent's alone.
 */
const session = z.strictObject({
  version: z.literal(1),
  /** Which login it is; another store's or another role's is not taken. */
  login: z.string(),
  /** Whose credentials they are, as sentences name it. */
  name: z.string(),
  accessKeyId: z.string().check(z.minLength(1)),
  secretAccessKey: z.string().check(z.minLength(1)),
  sessionToken: z.string().check(z.minLength(1)),
  savedAt: z.number(),
  expiresAt: z.number(),
  fullLife: z.number().check(z.nonnegative()),
});

/** What decides whose credentials a login gives. */
export interface LoginSettings {
  readonly store: PodAws;
  readonly podIdentity: PodIdentity | undefined;
}

const loginName = ({ store, podIdentity }: LoginSettings): string => {
  const { region, stsEndpoint, auth } = store;
  const association = auth.podIdentity ? podIdentity?.uri : undefined;
  return createHash('sha256')
    .update(JSON.stringify([region, stsEndpoint, auth.roles, auth.sessionName, auth.token, association]))
    .digest('hex');
};

export const encodeSession = (
  settings: LoginSettings,
  { name, credentials }: Identified,
  now: number,
): string => {
  const { keys, expiresAt, fullLife } = credentials;
  const { accessKeyId, secretAccessKey, sessionToken = '' } = keys.reveal();
  const saved: z.infer<typeof session> = {
    version: 1,
    login: loginName(settings),
    name,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    savedAt: now,
    expiresAt,
    fullLife,
  };
  return JSON.stringify(saved);
};

/** Reads a session's text; undefined where it is not one, another login's, lapsed, or from the future (the clock was set). */
export const decodeSession = (
  settings: LoginSettings,
  text: string | undefined,
  now: number,
): Identified | undefined => {
  const parsed = session.safeParse(parseJsonOrNothing(text));
  if (!parsed.success || parsed.data.login !== loginName(settings) || parsed.data.savedAt > now)
    return undefined;
  const { name, accessKeyId, secretAccessKey, sessionToken, expiresAt, fullLife } = parsed.data;
  if (credentialsState({ expiresAt, fullLife }, now) === 'lapsed') return undefined;
  const keys = new Redacted({ accessKeyId, secretAccessKey, sessionToken });
  return { name, credentials: { keys, expiresAt, fullLife } };
};
