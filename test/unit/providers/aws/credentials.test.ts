import { expect, test } from '@jest/globals';
import { credentialsState } from '../../../../providers/aws/credentials.ts';

const minute = 60_000;
const hour = 60 * minute;

test.each<[string, number, number, string]>([
  ['new', hour, hour, 'good'],
  ['just before the last five minutes', hour, 5 * minute + 1, 'good'],
  ['five minutes before the end', hour, 5 * minute, 'renew'],
  ['just before the last seconds', hour, 5_001, 'renew'],
  ['five seconds before the end', hour, 5_000, 'lapsed'],
  ['at the end', hour, 0, 'lapsed'],
  ['after it', hour, -hour, 'lapsed'],
  ['a short life, in its last quarter', 4 * minute, minute, 'renew'],
  ['a short life, before that', 4 * minute, minute + 1, 'good'],
  ['a very short life, in its last tenth', 10_000, 1_000, 'lapsed'],
  ['no life at all', 0, 0, 'lapsed'],
])('credentials %s', (_name, fullLife, left, expected) => {
  expect(credentialsState({ expiresAt: 1_000_000 + left, fullLife }, 1_000_000)).toBe(expected);
});
