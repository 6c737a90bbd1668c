import { isJsonObject } from '../../lib/json.ts';

/** Vault's own leeway for `iat` and `nbf` is longer; a difference beyond a minute is no accident. */
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

/**
 * What clocks have to do with a refused login: by this machine's clock the token is not valid yet, or no longer; or Vault's
 * `Date` differs from it. Undefined where nothing speaks for the clocks. No claim is quoted.
 */
export const clockHint = (jwt: string, serverDate: string | undefined, now: number): string | undefined => {
  const { nbf, iat, exp } = claimsOf(jwt);
  if (milliseconds(nbf) > now || milliseconds(iat) > now)
    return "by this machine's clock the pod's token is not valid yet (check the clocks)";
  if (milliseconds(exp) <= now)
    return "by this machine's clock the pod's token has expired (check the clocks)";
  const difference = Math.abs(Date.parse(serverDate ?? '') - now);
  return difference > toleratedMilliseconds
    ? `Vault's clock and this machine's differ by ${Math.round(difference / 1000)} s (set them right)`
    : undefined;
};
