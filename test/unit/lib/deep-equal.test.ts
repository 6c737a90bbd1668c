import { expect, test } from '@jest/globals';
import { deepEqual } from '../../../lib/deep-equal.ts';

test.each([
  [1, 1],
  ['a', 'a'],
  [null, null],
  [{}, {}],
  [[], []],
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  [{ a: undefined }, {}],
  [{ a: [{ b: null }] }, { a: [{ b: null }] }],
])('%j equals %j', (a, b) => {
  expect(deepEqual(a, b)).toBe(true);
  expect(deepEqual(b, a)).toBe(true);
});

test.each([
  [1, '1'],
  [0, null],
  [null, undefined],
  [{}, null],
  [{}, []],
  [[], {}],
  [[1], { 0: 1 }],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: null }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 2]],
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ toString: undefined, a: 1 }, { toString: 'x' }],
  [{ constructor: 1 }, { x: 1 }],
])('%j does not equal %j', (a, b) => {
  expect(deepEqual(a, b)).toBe(false);
  expect(deepEqual(b, a)).toBe(false);
});
