import { describe, expect, test } from '@jest/globals';
import {
  afterFailure,
  afterLeaseFailure,
  afterRestart,
  afterSuccess,
  dueNow,
  nextDue,
  spreadFactor,
  spreadInterval,
  type Failure,
} from '../../../agent/core/schedule.ts';
import { providerError, type ProviderErrorCode } from '../../../lib/provider-error.ts';

const hour = 3_600_000;

const failure = (code: ProviderErrorCode, fields: Partial<Failure> = {}): Failure => ({
  schedule: { dueAt: 0, failures: 0 },
  error: providerError(code, ''),
  now: 1_000,
  intervalMs: hour,
  starting: false,
  random: 0.5,
  ...fields,
});

const delay = (of: Failure): number => afterFailure(of).dueAt - of.now;

describe('intervals', () => {
  test('are the same for one pod and differ between pods', () => {
    const factors = ['a', 'b', 'c', 'd'].map(spreadFactor);
    expect(new Set(factors).size).toBe(4);
    expect(['a', 'b', 'c', 'd'].map(spreadFactor)).toEqual(factors);
  });

  test('0 is never', () => {
    expect(spreadInterval(0, 1.05)).toBe(Number.POSITIVE_INFINITY);
    expect(spreadInterval(10, 1.1)).toBeCloseTo(11_000);
    expect(afterSuccess(5, Number.POSITIVE_INFINITY)).toEqual({
      dueAt: Number.POSITIVE_INFINITY,
      failures: 0,
    });
  });

  test('go on where the process before this one was', () => {
    expect(afterRestart(500, hour, 60_000).dueAt).toBe(500 + hour - 60_000);
    expect(afterRestart(500, hour, 2 * hour).dueAt).toBe(500);
    expect(afterRestart(500, hour, -1).dueAt).toBe(500);
  });
});

describe('afterFailure', () => {
  test.each<ProviderErrorCode>(['not_found', 'denied', 'invalid'])('%s waits for the interval', (code) => {
    expect(delay(failure(code))).toBe(hour);
    expect(delay(failure(code, { starting: true }))).toBe(hour);
  });

  test.each<ProviderErrorCode>(['unavailable', 'timeout', 'throttled', 'unauthenticated'])(
    '%s backs off, up to 5 min',
    (code) => {
      const delays = [0, 1, 2, 5, 20, 1000].map((failures) =>
        delay(failure(code, { schedule: { dueAt: 0, failures } })),
      );
      expect(delays).toEqual([500, 1_000, 2_000, 16_000, 150_000, 150_000]);
    },
  );

  test('is jittered from next to nothing to the whole', () => {
    const schedule = { dueAt: 0, failures: 4 };
    expect(delay(failure('timeout', { schedule, random: 0 }))).toBe(50);
    expect(delay(failure('timeout', { schedule, random: 0.999 }))).toBeCloseTo(15_984);
  });

  test('never waits longer than the interval', () => {
    const schedule = { dueAt: 0, failures: 20 };
    expect(delay(failure('timeout', { schedule, intervalMs: 10_000, random: 0.999 }))).toBeLessThan(10_000);
  });

  test('a start tries again within 2 s, however often it failed and whatever the store asks for', () => {
    const schedule = { dueAt: 0, failures: 50 };
    expect(delay(failure('timeout', { schedule, starting: true, random: 0.999 }))).toBeLessThan(2_000);
    const error = providerError('throttled', '', 60_000);
    expect(delay(failure('throttled', { error, starting: true }))).toBe(2_000);
  });

  test('what the store asks for comes on top, up to 15 min', () => {
    const throttled = (retryAfterMs: number): number =>
      delay(failure('throttled', { error: providerError('throttled', '', retryAfterMs) }));
    expect(throttled(60_000)).toBe(60_500);
    expect(throttled(10 * hour)).toBe(15 * 60_000 + 500);
  });

  test('counts failures until the next success', () => {
    expect(afterFailure(failure('timeout', { schedule: { dueAt: 0, failures: 2 } })).failures).toBe(3);
  });
});

describe('afterLeaseFailure', () => {
  const leaseDelay = (leftMs: number, failures: number, fields: Partial<Failure> = {}): number => {
    const of = failure('unavailable', { schedule: { dueAt: 0, failures }, random: 0.999, ...fields });
    return afterLeaseFailure(of, leftMs).dueAt - of.now;
  };

  test('backs off, up to 5 min or a quarter of what is left', () => {
    expect([0, 1, 5].map((failures) => leaseDelay(hour, failures))).toEqual([999, 1_998, 31_968]);
    expect(leaseDelay(hour, 50)).toBeCloseTo(299_700);
    expect(leaseDelay(400_000, 50)).toBeCloseTo(99_900);
    expect(leaseDelay(1, 50)).toBeCloseTo(999);
    expect(leaseDelay(hour, 50, { random: 0 })).toBe(50);
  });

  test('a lease that has ended is asked for once a minute at least', () => {
    expect(leaseDelay(0, 50)).toBeCloseTo(59_940);
    expect(leaseDelay(-hour, 50)).toBeCloseTo(59_940);
  });

  test.each<ProviderErrorCode>(['not_found', 'denied'])('%s does not wait for the interval', (code) => {
    expect(leaseDelay(hour, 0, { error: providerError(code, ''), intervalMs: Infinity })).toBe(999);
  });

  test.each([
    ['half of what is left', 40 * 60_000, hour, 20 * 60_000],
    ['a minute at least', 10_000, hour, 60_000],
    ['its interval, if that is less', 40 * 60_000, 30_000, 30_000],
    ['its interval after the end', 0, 30 * 60_000, 30 * 60_000],
    ['an hour after the end, at most', -hour, Infinity, hour],
  ])('invalid, which may have cost a credential, waits for %s', (_what, leftMs, intervalMs, delay) => {
    const invalid = { error: providerError('invalid', ''), intervalMs };
    expect(leaseDelay(leftMs, 0, invalid)).toBe(delay);
    expect(leaseDelay(leftMs, 0, { ...invalid, starting: true })).toBe(delay);
  });

  test('waits for what the store asks, but for no more than a quarter of what is left', () => {
    const throttled = { error: providerError('throttled', '', hour) };
    expect(leaseDelay(400_000, 0, throttled)).toBe(100_999);
    expect(leaseDelay(8 * hour, 0, throttled)).toBe(hour + 999);
    expect(leaseDelay(0, 0, throttled)).toBe(15 * 60_000 + 999);
  });

  test('a start tries again within 2 s', () => {
    expect(leaseDelay(hour, 50, { starting: true })).toBeLessThan(2_000);
  });

  test('counts failures', () => {
    expect(afterLeaseFailure(failure('timeout', { schedule: { dueAt: 0, failures: 2 } }), 1).failures).toBe(
      3,
    );
  });
});

describe('what is due', () => {
  const at = (...times: number[]) => times.map((dueAt) => ({ dueAt, failures: 0 }));

  test('nothing before its time', () => {
    expect(dueNow(at(101, 500), 100)).toEqual([]);
  });

  test('what is due soon comes along', () => {
    expect(dueNow(at(100, 900, 2_000, Number.POSITIVE_INFINITY), 100)).toEqual([0, 1]);
  });

  test('the next time', () => {
    expect(nextDue(at(700, 300))).toBe(300);
    expect(nextDue([])).toBe(Number.POSITIVE_INFINITY);
  });
});
