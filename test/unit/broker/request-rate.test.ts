import { describe, expect, test } from '@jest/globals';
import { RequestRate } from '../../../broker/request-rate.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('how often a key may come', () => {
  test('a burst, then evenly; whoever has to wait is told for how long', async () => {
    const clock = new ManualClock();
    const rate = new RequestRate({ perSecond: 2, burst: 3 }, clock);
    const take = (): number => rate.take('payments', 1);
    expect([take(), take(), take(), take(), take()]).toEqual([0, 0, 0, 500, 500]);
    await clock.advance(300);
    expect(take()).toBe(200);
    await clock.advance(200);
    expect([take(), take()]).toEqual([0, 500]);
  });

  test('each key has its own', () => {
    const rate = new RequestRate({ perSecond: 1, burst: 1 }, new ManualClock());
    expect([rate.take('a', 1), rate.take('b', 1), rate.take('a', 1)]).toEqual([0, 0, 1000]);
  });

  test('one that rests has its burst again, and no more', async () => {
    const clock = new ManualClock();
    const rate = new RequestRate({ perSecond: 1, burst: 2 }, clock);
    rate.take('a', 1);
    rate.take('a', 1);
    await clock.advance(3_600_000);
    expect([rate.take('a', 1), rate.take('a', 1), rate.take('a', 1)]).toEqual([0, 0, 1000]);
  });

  test('asking in vain costs nothing', async () => {
    const clock = new ManualClock();
    const rate = new RequestRate({ perSecond: 1, burst: 1 }, clock);
    rate.take('a', 1);
    for (let round = 0; round < 7; round += 1) {
      await clock.advance(125);
      expect(rate.take('a', 1)).toBe(1000 - 125 * (round + 1));
    }
    await clock.advance(125);
    expect(rate.take('a', 1)).toBe(0);
  });

  test('more than a full bucket holds is had when it is full, and leaves a debt', async () => {
    const clock = new ManualClock();
    const rate = new RequestRate({ perSecond: 10, burst: 10 }, clock);
    expect([rate.take('a', 4), rate.take('a', 30)]).toEqual([0, 400]);
    await clock.advance(400);
    expect([rate.take('a', 30), rate.take('a', 1)]).toEqual([0, 2_100]);
    await clock.advance(2_100);
    expect(rate.take('a', 1)).toBe(0);
  });

  test('a debt is not forgotten in the time in which a bucket fills', async () => {
    const clock = new ManualClock();
    const rate = new RequestRate({ perSecond: 10, burst: 10 }, clock);
    expect(rate.take('a', 100)).toBe(0);
    await clock.advance(1_001);
    expect(rate.take('a', 1)).toBeGreaterThan(0);
  });
});
