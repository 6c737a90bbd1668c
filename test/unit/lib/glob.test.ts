import { expect, test } from '@jest/globals';
import { matchesGlob } from '../../../lib/glob.ts';

test.each([
  ['', ''],
  ['*', ''],
  ['*', 'anything'],
  ['a', 'a'],
  ['a*', 'a'],
  ['a*', 'ab'],
  ['*a', 'ba'],
  ['a*c', 'abc'],
  ['a*c', 'ac'],
  ['a**c', 'abc'],
  ['a*b*c', 'a1b2c'],
  ['*.example', 'vault.example'],
  ['a.c', 'a.c'],
  ['[a]', '[a]'],
  ['a*a', 'aa'],
  ['*ab*ab*', 'abab'],
])('%j matches %j', (glob, text) => {
  expect(matchesGlob(glob, text)).toBe(true);
});

test.each([
  ['', 'a'],
  ['a', ''],
  ['a', 'ab'],
  ['a*a', 'a'],
  ['ab*ba', 'aba'],
  ['a*b*c', 'acb'],
  ['*.example', 'example'],
  ['a.c', 'abc'],
  ['a?', 'ab'],
  ['*ab*ab*', 'aba'],
])('%j does not match %j', (glob, text) => {
  expect(matchesGlob(glob, text)).toBe(false);
});

test('many stars take no time', () => {
  expect(matchesGlob('*a'.repeat(50) + 'b', 'a'.repeat(100_000))).toBe(false);
});
