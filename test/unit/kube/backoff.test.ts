import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffDelay, pause } from '../../../lib/kube/backoff.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const backoff = { baseMilliseconds: 1000, capMilliseconds: 30_000 };

test('the longest possible wait doubles up to the cap', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) =>
    backoffDelay(failures, backoff, () => 0.999_999),
  );
  expect(longest.map((milliseconds) => Math.round(milliseconds / 1000))).toEqual([
    1, 2, 4, 8, 16, 30, 30, 30,
  ]);
});

test('any wait is between nothing and the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, r) => {
        const delay = backoffDelay(failures, backoff, () => r);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(30_000);
      },
    ),
  );
});

test('pause says whether the time has passed', async () => {
  const clock = new ManualClock();
  const abort = new AbortController();
  const passed = pause(clock, 1000, abort.signal);
  await clock.advance(1000);
  expect(await passed).toBe(true);
  const aborted = pause(clock, 1000, abort.signal);
  abort.abort();
  expect(await aborted).toBe(false);
});
