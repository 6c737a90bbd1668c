import { describe, expect, test } from '@jest/globals';
import { didYouMean, editDistance, isSubdomain, nearest, quoted, sentenceList } from '../../../lib/text.ts';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['a', '', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['secert', 'secret', 1],
    ['lifecylce', 'lifecycle', 1],
    ['abc', 'abc', 0],
  ])('%s to %s: %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  test.each([
    ['secert', ['secret', 'extract'], 'secret'],
    ['SECRET', ['secret'], 'secret'],
    ['b', ['a', 'c'], 'a'],
    ['x', ['xyz'], undefined],
    ['abcdef', ['abcxyz'], undefined],
    ['abcdef', ['abcdxy'], 'abcdxy'],
    ['constructor', ['container'], undefined],
    ['', ['a'], 'a'],
    ['a', [], undefined],
    ['a'.repeat(64), [`${'a'.repeat(63)}b`], `${'a'.repeat(63)}b`],
    ['a'.repeat(65), [`${'a'.repeat(64)}b`], undefined],
  ])('of %s in %j: %s', (word, candidates, wanted) => {
    expect(nearest(word, candidates)).toBe(wanted);
  });

  test('is offered as a question, as it is to be written', () => {
    expect(didYouMean('stor', ['store'], (name) => `keyferry.dev/${name}`)).toBe(
      '; did you mean keyferry.dev/store?',
    );
    expect(didYouMean('stor', ['store'])).toBe('; did you mean store?');
    expect(didYouMean('nothing', ['store'])).toBe('');
  });
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a or b'],
  [['a', 'b', 'c'], 'a, b or c'],
])('%j as a list', (items, text) => {
  expect(sentenceList(items, 'or')).toBe(text);
});

test('quoted keeps a text on one line, and short', () => {
  expect(quoted('a\n"b"\u001b')).toBe(String.raw`"a\n\"b\"\u001b"`);
  expect(quoted('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
  expect(quoted('x'.repeat(81))).toBe(`"${'x'.repeat(77)}..."`);
});

test.each([
  ['a', true],
  ['vault-backend', true],
  ['a.b-c.d', true],
  ['1', true],
  ['', false],
  ['A', false],
  ['-a', false],
  ['a-', false],
  ['a..b', false],
  ['.a', false],
  ['a_b', false],
  ['a/b', false],
  ['ä', false],
  ['a\n', false],
  ['a'.repeat(253), true],
  ['a'.repeat(254), false],
])('%j is a name of an object: %s', (name, wanted) => {
  expect(isSubdomain(name)).toBe(wanted);
});
