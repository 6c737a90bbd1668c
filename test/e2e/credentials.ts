import { createHash, randomBytes } from 'node:crypto';
import type { Reading } from './pods/reading.ts';

/** A username and the password that belongs to it, made up anew each time. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export const newCredentials = (): Credentials => ({
  username: `payments-${randomBytes(4).toString('hex')}`,
  password: randomBytes(24).toString('base64url'),
});

const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 12);

const hashesOf = ({ files }: Reading): string =>
  `${files['username']?.hash ?? '-'} ${files['password']?.hash ?? '-'}`;

const hashes = ({ username, password }: Credentials): string => `${hashOf(username)} ${hashOf(password)}`;

/** Whether an app has read these credentials, both of them. */
export const shows = (credentials: Credentials) => {
  const wanted = hashes(credentials);
  return (reading: Reading): boolean => hashesOf(reading) === wanted;
};

/** Whether an app has read this value in one of its files. */
export const showsFile =
  (path: string, value: string) =>
  ({ files }: Reading): boolean =>
    files[path]?.hash === hashOf(value);

/** Whether all that an app ever read were whole pairs out of these, with nothing missing in between. */
export const verifyReadings = (readings: readonly Reading[], known: readonly Credentials[]): void => {
  const whole = new Set(known.map(hashes));
  const seen = readings.filter(({ files }) => Object.keys(files).length > 0);
  const mixed = seen.find((reading) => !whole.has(hashesOf(reading)));
  if (mixed !== undefined)
    throw new Error(`an app read a username and a password that do not belong together`);
  const failures = Math.max(0, ...readings.map((reading) => reading.failures));
  if (failures > 0) throw new Error(`an app found a file missing or unreadable ${failures} times`);
};
