import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newCredentials, shows, verifyReadings, type Credentials } from '../../e2e/credentials.ts';
import type { Reading } from '../../e2e/pods/reading.ts';

const file = (value: string) => ({
  hash: createHash('sha256').update(value).digest('hex').slice(0, 12),
  bytes: value.length,
  mode: '0440',
  uid: 1,
  gid: 1,
});

const reading = ({ username, password }: Credentials, failures = 0): Reading => ({
  startedAt: 0,
  uid: 1,
  gid: 1,
  reads: 1,
  failures,
  files: { username: file(username), password: file(password) },
});

const nothing: Reading = { startedAt: 0, uid: 1, gid: 1, reads: 1, failures: 0, files: {} };

describe('what an app of the e2e run has read', () => {
  const [first, second] = [newCredentials(), newCredentials()];

  test('shows credentials where both files are theirs', () => {
    expect(shows(first)(reading(first))).toBe(true);
    expect(shows(first)(reading(second))).toBe(false);
    expect(shows(first)(reading({ ...first, password: second.password }))).toBe(false);
    expect(shows(first)(nothing)).toBe(false);
  });

  test('is fine where there were whole pairs only, or nothing yet', () => {
    expect(() => {
      verifyReadings([nothing, reading(first), reading(second)], [first, second]);
    }).not.toThrow();
  });

  test('is not where a username came with the password of another', () => {
    const mixed = reading({ username: first.username, password: second.password });
    expect(() => {
      verifyReadings([reading(first), mixed, reading(second)], [first, second]);
    }).toThrow('do not belong together');
  });

  test('is not where only one of the files was there', () => {
    const { username } = reading(first).files;
    const half = { ...nothing, files: username === undefined ? {} : { username } };
    expect(() => {
      verifyReadings([half], [first]);
    }).toThrow('do not belong together');
  });

  test('is not where a file was missing in between', () => {
    expect(() => {
      verifyReadings([reading(first, 2), reading(second)], [first, second]);
    }).toThrow('2 times');
  });
});
