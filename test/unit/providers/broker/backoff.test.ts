import { describe, expect, test } from '@jest/globals';
import { feedDelay } from '../../../../providers/broker/backoff.ts';

describe('the delay before the next feed', () => {
  test.each([
    [0, 500],
    [1, 1_000],
    [4, 8_000],
    [5, 15_000],
    [1_000, 15_000],
  ])('after %i failures is spread over an exponential limit', (failures, delay) => {
    expect(feedDelay(failures, 0.5)).toBe(delay);
    expect(feedDelay(failures, 0)).toBe(0);
  });

  test('is what the broker asks for on top, up to five minutes', () => {
    expect(feedDelay(0, 0.5, 20_000)).toBe(20_500);
    expect(feedDelay(0, 0, 2 ** 40)).toBe(300_000);
  });
});
