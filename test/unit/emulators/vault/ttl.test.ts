import { describe, expect, test } from '@jest/globals';
import { calculateTtl, goDuration, noTerms, secondsUntil } from '../../../emulators/vault/ttl.ts';
import { globMatches } from '../../../emulators/shared/glob.ts';
import { parseSeconds } from '../../../emulators/vault/fields.ts';
import type { TtlTerms } from '../../../emulators/vault/ttl.ts';

const limits = { defaultSeconds: 1000, maxSeconds: 5000 };

/** The time to live of something that was issued so many seconds ago. */
function ttl(terms: Partial<TtlTerms>, increment = 0, age = 0): unknown {
  const result = calculateTtl({
    limits,
    terms: { ...noTerms, ...terms },
    increment,
    now: age * 1000,
    issued: 0,
  });
  return result.ok ? [result.value.seconds, result.value.warnings.length] : result.error;
}

describe('a time to live', () => {
  test.each([
    ['the default', {}, 0, 0, [1000, 0]],
    ['the role’s', { ttl: 300 }, 0, 0, [300, 0]],
    ['what is asked for', { ttl: 300 }, 400, 0, [400, 0]],
    ['no more than the system’s', { ttl: 6000 }, 0, 0, [5000, 1]],
    ['no more than the role’s', { maxTtl: 200 }, 0, 0, [200, 1]],
    ['no more than the explicit maximum', { ttl: 300, maxTtl: 200, explicitMaxTtl: 100 }, 0, 0, [100, 1]],
    ['what is left of the maximum', { maxTtl: 500 }, 400, 200, [300, 1]],
    ['all that is left of it', { maxTtl: 500 }, 300, 200, [300, 0]],
    ['nothing, when that is over', { maxTtl: 500 }, 0, 500, 'past the max TTL, cannot renew'],
    ['a period, anew', { period: 60, maxTtl: 100 }, 0, 4000, [60, 0]],
    ['a period, cut', { period: 60, maxTtl: 30 }, 0, 0, [30, 1]],
    ['a period, up to the explicit maximum', { period: 60, explicitMaxTtl: 100 }, 0, 70, [30, 1]],
  ])('is %s', (...[, terms, increment, age, expected]) => {
    expect(ttl(terms, increment, age)).toEqual(expected);
  });
});

test.each([
  [0, '0s'],
  [59, '59s'],
  [90, '1m30s'],
  [3600, '1h0m0s'],
  [93_784, '26h3m4s'],
])('%d s is %s', (seconds, text) => {
  expect(goDuration(seconds)).toBe(text);
});

test.each([
  [90, 90],
  ['90', 90],
  ['-1', -1],
  ['1h30m', 5400],
  ['1.5h', 5400],
  ['2d', 172_800],
  ['1500ms', 1],
  ['soon', undefined],
  ['1h 30m', undefined],
  ['', undefined],
  [true, undefined],
  [Number.NaN, undefined],
])('the duration %j is %s seconds', (value, seconds) => {
  expect(parseSeconds(value)).toBe(seconds);
});

test('what is left is counted from the nearest second', () => {
  expect([400, 600].map((now) => secondsUntil(10_400, now))).toEqual([10, 9]);
});

test.each([
  ['a*c', 'abbc', true],
  ['a*c', 'abcd', false],
  ['*', '', true],
  ['a.c', 'abc', false],
  ['*a*', 'bab', true],
])('%s and %s: %s', (glob, text, matches) => {
  expect(globMatches(glob, text)).toBe(matches);
});
