import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterFailure,
  afterRestart,
  dueNow,
  nextDue,
  spreadFactor,
  spreadInterval,
  type Failure,
} from '../../agent/core/schedule.ts';
import type { ProviderErrorCode } from '../../lib/provider-error.ts';

const codes: ProviderErrorCode[] = [
  'not_found',
  'denied',
  'unauthenticated',
  'throttled',
  'unavailable',
  'invalid',
  'timeout',
];

const anyFailure: fc.Arbitrary<Failure> = fc.record({
  schedule: fc.record({ dueAt: fc.nat(), failures: fc.nat({ max: 10_000 }) }),
  error: fc.record(
    { code: fc.constantFrom(...codes), message: fc.constant(''), retryAfterMs: fc.nat() },
    { requiredKeys: ['code', 'message'] },
  ),
  now: fc.nat(),
  intervalMs: fc.oneof(fc.integer({ min: 9_000, max: 1e9 }), fc.constant(Number.POSITIVE_INFINITY)),
  starting: fc.boolean(),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('the schedule', () => {
  test('spreads every interval by at most 10 %', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 10, max: 1e7 }), (uid, seconds) => {
        const length = spreadInterval(seconds, spreadFactor(uid));
        expect(length).toBeGreaterThanOrEqual(seconds * 900);
        expect(length).toBeLessThanOrEqual(seconds * 1_100);
      }),
    );
  });

  test('never tries at once again, nor later than it must', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        const { dueAt, failures } = afterFailure(failure);
        const delay = dueAt - failure.now;
        const lasting = ['not_found', 'denied', 'invalid'].includes(failure.error.code);
        const patience = Math.min(failure.error.retryAfterMs ?? 0, 15 * 60_000);
        expect(failures).toBe(failure.schedule.failures + 1);
        expect(delay).toBeGreaterThanOrEqual(50);
        if (lasting) expect(dueAt).toBe(failure.now + failure.intervalMs);
        else if (failure.starting) expect(delay).toBeLessThanOrEqual(2_000);
        else {
          expect(delay).toBeGreaterThanOrEqual(patience);
          expect(delay).toBeLessThanOrEqual(patience + Math.min(5 * 60_000, failure.intervalMs));
        }
      }),
    );
  });

  test('after a restart keeps to the interval', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer(), (now, interval, age) => {
        const { dueAt } = afterRestart(now, interval, age);
        expect(dueAt).toBeGreaterThanOrEqual(now);
        expect(dueAt).toBeLessThanOrEqual(now + interval);
      }),
    );
  });

  test('finds something due exactly when the next time has come', () => {
    const schedules = fc.array(fc.nat({ max: 5_000 }).map((dueAt) => ({ dueAt, failures: 0 })));
    fc.assert(
      fc.property(schedules, fc.nat({ max: 5_000 }), (all, now) => {
        const due = dueNow(all, now);
        expect(due.length > 0).toBe(nextDue(all) <= now);
        for (const index of due) expect(all[index]!.dueAt).toBeLessThanOrEqual(now + 1_000);
        if (due.length > 0)
          expect(due).toEqual(
            expect.arrayContaining(all.flatMap(({ dueAt }, index) => (dueAt <= now ? [index] : []))),
          );
      }),
    );
  });
});
