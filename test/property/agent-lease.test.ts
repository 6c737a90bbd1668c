import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdLease, leaseStep, renewedLease, type HeldLease } from '../../agent/core/lease.ts';
import { afterLeaseFailure, type Schedule } from '../../agent/core/schedule.ts';
import { providerError } from '../../lib/provider-error.ts';

interface World {
  /** What an issue and each renewal give, in seconds. */
  readonly duration: number;
  /** The longest life of one lease, in seconds. */
  readonly longest: number;
  readonly renewable: boolean;
  readonly spread: number;
  /** When the backend answers nothing, in milliseconds. */
  readonly outages: readonly { readonly from: number; readonly for: number }[];
  readonly random: number;
  readonly retryAfterMs: number | undefined;
}

interface Act {
  readonly at: number;
  readonly kind: 'renew' | 'reissue';
  readonly ok: boolean;
  /** What was left of the lease's life before, in milliseconds. */
  readonly left: number;
  readonly held: HeldLease;
}

const lifeOf = (
  world: World,
  issuedAt: number,
  now: number,
): { durationSeconds: number; expiresAt: number } => {
  const seconds = Math.min(world.duration, world.longest - (now - issuedAt) / 1_000);
  return { durationSeconds: seconds, expiresAt: now + seconds * 1_000 };
};

const issue = (world: World, now: number): HeldLease =>
  holdLease({ id: 'x', renewable: world.renewable, login: 'one', ...lifeOf(world, now, now) }, now);

/** Keeps a lease by the rules for so long, in a world in which only the backend fails. */
const live = (world: World, milliseconds: number): readonly Act[] => {
  const acts: Act[] = [];
  let now = 1_000_000;
  const end = now + milliseconds;
  let held = issue(world, now);
  let schedule: Schedule = { dueAt: now, failures: 0 };
  const facts = { login: 'one', canRenew: true, usable: true, intervalMs: 3_600_000, spread: world.spread };
  while (now < end && acts.length < 2_000) {
    const step = leaseStep({ ...facts, lease: held, now });
    if (step.kind === 'keep') {
      now += step.forMs;
      continue;
    }
    const since = now - 1_000_000;
    const ok = !world.outages.some(({ from, for: length }) => since >= from && since < from + length);
    const left = held.expiresAt - now;
    acts.push({ at: now, kind: step.kind, ok, left, held });
    if (ok) {
      held =
        step.kind === 'reissue'
          ? issue(world, now)
          : renewedLease(held, { ...held, ...lifeOf(world, held.issued.at, now) });
      schedule = { dueAt: now, failures: 0 };
      continue;
    }
    const error = providerError('unavailable', '', world.retryAfterMs);
    const failure = {
      schedule,
      error,
      now,
      intervalMs: 3_600_000,
      starting: false,
      random: world.random,
    };
    schedule = afterLeaseFailure(failure, left);
    now = schedule.dueAt;
  }
  return acts;
};

const world = (outages: fc.Arbitrary<World['outages']>): fc.Arbitrary<World> =>
  fc.record({
    duration: fc.integer({ min: 10, max: 100_000 }),
    longest: fc.integer({ min: 10, max: 300_000 }),
    renewable: fc.boolean(),
    spread: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
    outages,
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 4 * 3_600_000 }), { nil: undefined }),
  });

const noOutage = world(fc.constant([]));
const someOutages = world(
  fc.array(fc.record({ from: fc.nat({ max: 1_000_000_000 }), for: fc.nat({ max: 7_200_000 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
);

const days = 4 * 24 * 3_600_000;

describe('a lease in a world that works', () => {
  test('always has a successor for at least a sixth of its issue before it ends', () => {
    fc.assert(
      fc.property(noOutage, (of) => {
        for (const { kind, left, held } of live(of, days))
          if (kind === 'reissue')
            expect(left).toBeGreaterThanOrEqual((held.issued.durationSeconds * 1_000) / 6 - 1);
      }),
    );
  });

  test('is never acted upon at its end or after', () => {
    fc.assert(
      fc.property(noOutage, (of) => {
        for (const { left } of live(of, days)) expect(left).toBeGreaterThan(0);
      }),
    );
  });

  test('costs no more than the actions that its durations need', () => {
    fc.assert(
      fc.property(noOutage, (of) => {
        const acts = live(of, days);
        const shortest = Math.min(of.duration, of.longest) * 1_000;
        // Near the longest life a renewal and a re-issue come at one time; apart from that each gains at least 0.3 of the issue.
        expect(acts.length).toBeLessThanOrEqual(2 * (days / (0.29 * shortest)) + 2);
      }),
    );
  });
});

describe('a lease whose backend fails at times', () => {
  test('is renewed or replaced before its end wherever the backend came back more than 2 s before', () => {
    fc.assert(
      fc.property(someOutages, (of) => {
        const acts = live(of, days);
        acts.forEach(({ ok, left, held }, index) => {
          if (!ok || left > 0) return;
          // It came too late: then the backend was down until just before the end.
          const failedBefore = acts[index - 1];
          expect(failedBefore?.ok).toBe(false);
          const end = held.expiresAt - 1_000_000;
          const wasDown = of.outages.some(
            ({ from, for: length }) => from <= end && from + length >= end - 2_000,
          );
          expect(wasDown).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('that has ended is asked for at least once a minute', () => {
    fc.assert(
      fc.property(someOutages, (of) => {
        const acts = live({ ...of, retryAfterMs: undefined }, days);
        acts.forEach(({ at, ok, left }, index) => {
          const next = acts[index + 1];
          if (!ok && left <= 0 && next !== undefined) expect(next.at - at).toBeLessThanOrEqual(60_000);
        });
      }),
    );
  });

  test('is never hammered at', () => {
    fc.assert(
      fc.property(someOutages, (of) => {
        const acts = live(of, days);
        acts.forEach(({ at, ok }, index) => {
          const next = acts[index + 1];
          // 50 ms, but for what sums of fractions of a millisecond lose.
          if (!ok && next !== undefined) expect(next.at - at).toBeGreaterThan(49.99);
        });
      }),
    );
  });
});
