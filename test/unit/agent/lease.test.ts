import { describe, expect, test } from '@jest/globals';
import {
  holdLease,
  leaseStep,
  leaseTime,
  renewedLease,
  type HeldLease,
  type LeaseFacts,
} from '../../../agent/core/lease.ts';
import type { Lease } from '../../../lib/lease.ts';

const hour = 3_600_000;
const issuedAt = 1_000_000;

const lease = (fields: Partial<Lease> = {}): Lease => ({
  id: 'database/creds/app/1',
  durationSeconds: 3_600,
  renewable: true,
  expiresAt: issuedAt + hour,
  login: 'one',
  ...fields,
});

/** An hour's lease without a spread, so many milliseconds after its issue. */
const after = (ms: number, fields: Partial<LeaseFacts> = {}): LeaseFacts => ({
  lease: holdLease(lease(), issuedAt),
  now: issuedAt + ms,
  login: 'one',
  canRenew: true,
  usable: true,
  intervalMs: hour,
  spread: 1.1,
  ...fields,
});

/** The lease after a renewal at two thirds that gave it so much. */
const renewedTo = (seconds: number): HeldLease =>
  renewedLease(
    holdLease(lease(), issuedAt),
    lease({ durationSeconds: seconds, expiresAt: issuedAt + (2 / 3) * hour + seconds * 1_000 }),
  );

describe('a lease', () => {
  test('is renewed at two thirds of its life', () => {
    expect(leaseStep(after(0))).toEqual({ kind: 'keep', forMs: (2 / 3) * hour, then: 'renew' });
    expect(leaseStep(after(0.66 * hour)).kind).toBe('keep');
    expect(leaseStep(after(0.67 * hour))).toEqual({ kind: 'renew' });
  });

  test('is renewed up to a tenth earlier by the pod’s factor', () => {
    expect(leaseStep(after(0, { spread: 0.9 }))).toMatchObject({ forMs: expect.closeTo(0.6 * hour) });
    expect(leaseStep(after(0, { spread: 1 }))).toMatchObject({
      forMs: expect.closeTo((0.95 * 2 * hour) / 3),
    });
  });

  test('counts from its renewal then', () => {
    const step = leaseStep(after((2 / 3) * hour, { lease: renewedTo(1_800) }));
    expect(step).toEqual({ kind: 'keep', forMs: expect.closeTo((2 / 3) * 1_800_000), then: 'renew' });
  });

  test('is replaced once a renewal gave less than half of the issue', () => {
    expect(leaseStep(after((2 / 3) * hour, { lease: renewedTo(1_799) }))).toEqual({
      kind: 'reissue',
      reason: 'end of its longest life',
    });
  });

  test('that has ended is replaced, whatever else', () => {
    expect(leaseStep(after(hour - 1))).toEqual({ kind: 'renew' });
    expect(leaseStep(after(hour))).toEqual({ kind: 'reissue', reason: 'ended' });
    expect(leaseStep(after(100 * hour, { usable: false }))).toMatchObject({ kind: 'reissue' });
  });

  test.each<[string, Partial<LeaseFacts>]>([
    ['says so', { lease: holdLease(lease({ renewable: false }), issuedAt) }],
    ['has no name', { lease: holdLease(lease({ id: '' }), issuedAt) }],
    ['is of a provider that cannot', { canRenew: false }],
  ])('that is not renewable (it %s) is replaced at two thirds', (_what, fields) => {
    expect(leaseStep(after(0, fields))).toEqual({ kind: 'keep', forMs: (2 / 3) * hour, then: 'reissue' });
    expect(leaseStep(after(0.67 * hour, fields))).toEqual({ kind: 'reissue', reason: 'not renewable' });
  });

  test('that ends with another login than the provider’s is replaced, but not within 10 s of its issue', () => {
    expect(leaseStep(after(1_000, { login: 'two' }))).toEqual({
      kind: 'keep',
      forMs: 9_000,
      then: 'reissue',
    });
    expect(leaseStep(after(10_000, { login: 'two' }))).toEqual({ kind: 'reissue', reason: 'login changed' });
    expect(leaseStep(after(10_000, { login: undefined })).kind).toBe('keep');
    const { id, durationSeconds, renewable, expiresAt } = lease();
    const outliving = { id, durationSeconds, renewable, expiresAt };
    expect(leaseStep(after(10_000, { login: 'two', lease: holdLease(outliving, issuedAt) })).kind).toBe(
      'keep',
    );
  });

  test('whose document is of no use is renewed, and replaced on the source’s interval', () => {
    const fields = { usable: false, intervalMs: 2 * hour };
    expect(leaseStep(after(0, fields))).toMatchObject({ kind: 'keep', then: 'renew' });
    expect(leaseStep(after(0, { ...fields, intervalMs: hour / 2 }))).toEqual({
      kind: 'keep',
      forMs: hour / 2,
      then: 'reissue',
    });
    expect(leaseStep(after(hour / 2, { ...fields, intervalMs: hour / 2 }))).toEqual({
      kind: 'reissue',
      reason: 'unusable',
    });
    expect(leaseStep(after(0, { ...fields, intervalMs: Infinity }))).toMatchObject({ then: 'renew' });
  });

  test('from before a clock was set back is renewed at once, or else replaced', () => {
    expect(leaseStep(after(-6_000))).toEqual({ kind: 'renew' });
    expect(leaseStep(after(-6_000, { canRenew: false }))).toEqual({
      kind: 'reissue',
      reason: 'clock changed',
    });
    expect(leaseStep(after(-4_000)).kind).toBe('keep');
  });

  test.each([0, 0.001, 1])('of %d s is not replaced again and again', (durationSeconds) => {
    const short = lease({ durationSeconds, expiresAt: issuedAt + durationSeconds * 1_000, renewable: false });
    const step = leaseStep(after(0, { lease: holdLease(short, issuedAt) }));
    expect(step).toMatchObject({ kind: 'keep', then: 'reissue' });
    expect(step.kind === 'keep' ? step.forMs : 0).toBeGreaterThanOrEqual(500);
  });

  test('keeps what it was at its issue', () => {
    const renewed = renewedLease(
      holdLease(lease(), issuedAt),
      lease({ id: 'other', durationSeconds: 60, renewable: false, expiresAt: 5, login: 'two' }),
    );
    expect(renewed).toEqual({
      id: 'database/creds/app/1',
      durationSeconds: 60,
      renewable: false,
      expiresAt: 5,
      login: 'two',
      issued: { at: issuedAt, durationSeconds: 3_600, renewable: true },
    });
  });
});

describe('the time of leases', () => {
  test.each([
    ['both went on', 60, 60, 60],
    ['the clock was set back', -3_000, 60, 60],
    ['the clock was set forward', 3_000, 60, 3_000],
    ['the machine slept', 3_600, 60, 3_600],
  ])('is what went further: %s', (_what, wall, monotonic, passed) => {
    expect(leaseTime({ wall: 100, monotonic: 7 }, { wall: 100 + wall, monotonic: 7 + monotonic })).toBe(
      100 + passed,
    );
  });
});
