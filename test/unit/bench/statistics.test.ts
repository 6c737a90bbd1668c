import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { median, medianRatio, middleHalf, percentile } from '../../bench/core/statistics.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

describe('the median', () => {
  test.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[10, 9, 1, 2], 5.5],
    [[100, 20, 3], 20],
  ])('of %j is %d', (list, expected) => {
    expect(median(list)).toBe(expected);
  });

  test('leaves its list as it is', () => {
    const list = [3, 1, 2];
    median(list);
    expect(list).toEqual([3, 1, 2]);
  });

  test('of nothing is a bug', () => {
    expect(() => median([])).toThrow(new RangeError('there is nothing to take a statistic of'));
  });

  test('has as many values below as above', () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);
        const below = list.filter((value) => value < middle).length;
        const above = list.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(list.length / 2);
      }),
    );
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [1, 1],
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
  ])('%d of 1 to 100 is %d', (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected);
  });

  test('of few values is the largest: the slowest of ten is its p99', () => {
    expect(percentile([5, 1, 2, 3, 4, 6, 7, 8, 9, 10], 99)).toBe(10);
  });

  test.each([0, -1, 101, NaN])('%d is a bug', (percent) => {
    expect(() => percentile([1], percent)).toThrow(RangeError);
  });

  test('is a value that was measured, and at least so many do not exceed it', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
        const value = percentile(list, percent);
        expect(list).toContain(value);
        const within = list.filter((other) => other <= value).length;
        expect(within).toBeGreaterThanOrEqual((percent / 100) * list.length - 1e-9);
      }),
    );
  });
});

test('the median of ratios bears a machine that is slow for a while', () => {
  expect(
    medianRatio([
      [10, 20],
      [100, 200],
      [11, 20],
    ]),
  ).toBe(0.5);
});

test('the middle half leaves the outer quarters out', () => {
  expect(middleHalf([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([2, 6]);
});
