import { isJsonObject } from '../lib/json.ts';

/** Backends' own leeway is longer (Vault's for `iat` and `nbf`, AWS's for signatures); a difference beyond a minute is no accident. */
const toleratedMilliseconds = 60_000;

const claimsOf = (jwt: string): Readonly<Record<string, unknown>> => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isJsonObject(claims) ? claims : {};
  } catch {
    return {};
  }
};

const milliseconds = (claim: unknown): number => (typeof claim === 'number' ? claim * 1000 : Number.NaN);

/** A server, as the sentence names it, and the time that its answer carries (`Date`), where it does. */
export interface ServerTime {
  readonly name: string;
  readonly date: string | undefined;
}

/** Says by how much a server's clock and this machine's (`now`, milliseconds) differ; undefined where they agree. */
export const clockDifference = ({ name, date }: ServerTime, now: number): string | undefined => {
  const difference = Math.abs(Date.parse(date ?? '') - now);
  return difference > toleratedMilliseconds
    ? `${name}'s clock and this machine's differ by ${Math.round(difference / 1000)} s (set them right)`
    : undefined;
};

/**
 * What clocks have to do with a refused login: by this machine's clock the token is not valid yet, or no longer; or the
 * server's clock differs from it. Undefined where nothing speaks for the clocks. No claim is quoted.
 *
 * @param token names the token in the sentence
 */
export const clockHint = (
  jwt: string,
  server: ServerTime,
  now: number,
  token = "the pod's token",
): string | undefined => {
  const { nbf, iat, exp } = claimsOf(jwt);
  if (milliseconds(nbf) > now || milliseconds(iat) > now)
    return `by this machine's clock ${token} is not valid yet (check the clocks)`;
  if (milliseconds(exp) <= now) return `by this machine's clock ${token} has expired (check the clocks)`;
  return clockDifference(server, now);
};
