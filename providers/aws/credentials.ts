import type { Redacted } from '../../lib/redacted.ts';

/** What signs a request. The identifier is no secret by itself, but names whose it is: it stays unsaid all the same. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A key that the broker keeps may have none. */
  readonly sessionToken?: string;
}

/** Credentials of a role's session. Times are wall-clock milliseconds, so that another process can go on with them. */
export interface Credentials {
  readonly keys: Redacted<AwsKeys>;
  readonly expiresAt: number;
  /** The life that the login gave, in milliseconds. */
  readonly fullLife: number;
}

const longestMargin = 5 * 60_000;
const shortestMargin = 5_000;

/** `renew`: good for requests still, but a login is due. */
export type CredentialsState = 'good' | 'renew' | 'lapsed';

/** What has to happen before credentials are used at `now`. They are replaced in the last minutes of their life. */
export const credentialsState = (
  { expiresAt, fullLife }: Pick<Credentials, 'expiresAt' | 'fullLife'>,
  now: number,
): CredentialsState => {
  const left = expiresAt - now;
  if (left <= Math.min(shortestMargin, fullLife / 10)) return 'lapsed';
  return left <= Math.min(longestMargin, fullLife / 4) ? 'renew' : 'good';
};
