import { expect, test } from '@jest/globals';
import { retryAfterMilliseconds } from '../../../../providers/http/retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each([
  ['3', 3_000],
  [' 30 ', 30_000],
  ['0', undefined],
  ['-3', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
  ['Thu, 01 Jan 2026 12:00:45 GMT', 45_000],
  ['Thu, 01 Jan 2026 11:59:00 GMT', undefined],
  ['99999999999999999999', 86_400_000],
])('Retry-After: %s', (header, expected) => {
  expect(retryAfterMilliseconds(header, now)).toBe(expected);
});
