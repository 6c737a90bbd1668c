import { afterEach, describe, expect, test } from '@jest/globals';
import { BoundedStore } from '../../../agent/bounded-store.ts';
import { HeldLeases } from '../../../agent/held-leases.ts';
import { Lane, type Pass } from '../../../agent/lane.ts';
import type { PlanSource } from '../../../lib/plan.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { err, ok } from '../../../lib/result.ts';
import type { Lease, Provider, ReadOutcome } from '../../../providers/provider.ts';
import { sourceOf } from '../../support/agent/plans.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const hour = 3_600_000;

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

const leaseUntil = (id: string, expiresAt: number): Lease => ({
  id,
  durationSeconds: 3_600,
  renewable: true,
  expiresAt,
  login: 'one',
});

/** A lane over keys that are due every 40 min; those called `leased` give leases of an hour. */
const makeLane = async (
  clock: ManualClock,
  over: Partial<Provider> = {},
  keys: readonly string[] = ['leased'],
) => {
  const stop = new AbortController();
  stops.push(stop);
  const calls: string[] = [];
  const thrown: unknown[] = [];
  const passes: Pass[] = [];
  const held = new HeldLeases(clock);
  const read = ({ key }: PlanSource): ReadOutcome => {
    const bytes = new Redacted(Buffer.from(key));
    if (!key.startsWith('leased')) return ok({ bytes });
    return ok({ bytes, lease: leaseUntil(`${key}/${calls.length}`, clock.now() + hour) });
  };
  const provider: Provider = {
    login: 'one',
    read: (sources) => {
      calls.push(`read ${sources.map(({ key }) => key).join(' ')}`);
      return Promise.resolve(sources.map(read));
    },
    renew: (leases) => {
      calls.push(`renew ${leases.map(({ id }) => id).join(' ')}`);
      return Promise.resolve(leases.map(({ id }) => ok(leaseUntil(id, clock.now() + hour))));
    },
    close: () => undefined,
  };
  Object.defineProperties(provider, Object.getOwnPropertyDescriptors(over));
  const store = new BoundedStore({
    open: () => Promise.resolve(provider),
    clock,
    stop: stop.signal,
    onThrown: (error) => {
      thrown.push(error);
    },
  });
  const onPass = (pass: Pass): ReadonlyMap<number, ProviderError> => {
    passes.push(pass);
    const errors = new Map<number, ProviderError>();
    for (const { index, outcome } of pass.reads)
      if (outcome.ok) held.hold(index, outcome.value);
      else errors.set(index, outcome.error);
    for (const { index, outcome } of pass.renewals)
      if (outcome.ok) held.renew(index, outcome.value);
      else errors.set(index, outcome.error);
    return errors;
  };
  const lane = new Lane({
    sources: keys.map((key, index) => ({
      index,
      source: sourceOf(key, { intervalSeconds: 2_400 / 1.1 }),
      ageMs: undefined,
    })),
    store,
    clock,
    random: () => 0.5,
    spread: 1.1,
    stop: stop.signal,
    isStarting: () => false,
    leaseOf: (index) => held.view(index),
    onPass,
  });
  void lane.run();
  // Lets the first read come to its end.
  await clock.advance(0);
  return { lane, store, held, calls, passes, thrown };
};

/** A clock whose readings are never the same twice, as a real one's. */
class RestlessClock extends ManualClock {
  readings = 0;

  override monotonic(): number {
    this.readings += 1;
    return super.monotonic() + this.readings * 0.001;
  }
}

/** A clock of a machine that sleeps: its wall clock goes on, timers know nothing of it. */
class SleepyClock extends ManualClock {
  slept = 0;

  override now(): number {
    return super.now() + this.slept;
  }
}

describe('a lane with leases', () => {
  test('renews at two thirds, by a clock that goes on between two readings', async () => {
    const clock = new RestlessClock();
    const { calls } = await makeLane(clock);
    await clock.advance(0.6 * hour);
    expect(calls).toEqual(['read leased']);
    const { readings } = clock;
    await clock.advance(0.1 * hour);
    expect(calls).toEqual(['read leased', 'renew leased/1']);
    expect(clock.readings - readings).toBeLessThan(500);
  });

  test('sees within a minute that the machine slept past the end', async () => {
    const clock = new SleepyClock();
    const { calls } = await makeLane(clock);
    await clock.advance(1_000);
    clock.slept = 2 * hour;
    await clock.advance(60_000);
    expect(calls).toEqual(['read leased', 'read leased']);
  });

  test('reads what has no lease while a renewal hangs', async () => {
    const clock = new ManualClock();
    const renew = (): Promise<never> => new Promise(() => undefined);
    const { calls, passes } = await makeLane(clock, { renew }, ['leased', 'plain']);
    await clock.advance((2 / 3) * hour + 1);
    expect(calls).toEqual(['read leased plain', 'read plain']);
    expect(passes[1]).toMatchObject({ reads: [{ index: 1, outcome: { ok: true } }], renewals: [] });
    await clock.advance(30_000);
    const outcome = { ok: false, error: { code: 'timeout' } };
    expect(passes[2]).toMatchObject({ reads: [], renewals: [{ index: 0, outcome }] });
  });

  test('replaces in the same turn what cannot be renewed, and nothing else', async () => {
    const clock = new ManualClock();
    const errors = [providerError('not_found', 'it has ended'), providerError('timeout', 'no answer')];
    const renew = (): Promise<ReturnType<typeof err<ProviderError>>[]> => Promise.resolve(errors.map(err));
    const { calls, passes } = await makeLane(clock, { renew }, ['leased-a', 'leased-b']);
    await clock.advance((2 / 3) * hour + 1);
    expect(calls).toEqual(['read leased-a leased-b', 'read leased-a']);
    expect(passes.slice(1)).toMatchObject([
      { reads: [], renewals: [{ index: 1, outcome: { error: { code: 'timeout' } } }] },
      { reads: [{ index: 0, outcome: { ok: true } }], renewals: [] },
    ]);
  });

  test.each<[string, Partial<Provider>]>([
    ['throws', { renew: () => Promise.reject(new Error('hunter2')) }],
    ['gives too few answers', { renew: () => Promise.resolve([]) }],
  ])('a renewal that %s is one that failed, and is tried again', async (_what, over) => {
    const clock = new ManualClock();
    const { calls, passes, held } = await makeLane(clock, over);
    await clock.advance(0.99 * hour);
    expect(passes.flatMap(({ renewals }) => renewals).length).toBeGreaterThan(5);
    expect(passes.at(-1)).toMatchObject({ renewals: [{ outcome: { error: { code: 'unavailable' } } }] });
    expect(JSON.stringify(passes)).not.toContain('hunter2');
    expect(calls).toEqual(['read leased']);
    await clock.advance(0.02 * hour);
    expect(calls[1]).toBe('read leased');
    expect(held.view(0)?.lease.expiresAt).toBeGreaterThan(clock.now());
  });

  test('with a provider that cannot renew replaces', async () => {
    const clock = new ManualClock();
    const { calls, lane } = await makeLane(clock, { renew: undefined } as unknown as Partial<Provider>);
    await clock.advance(0);
    expect(lane.next(0)).toEqual({ action: 'read', inMs: expect.closeTo((2 / 3) * hour) });
    await clock.advance(0.67 * hour);
    expect(calls).toEqual(['read leased', 'read leased']);
  });

  test('keeps the login alive when the provider says, whatever it says, and only while there is a lease', async () => {
    const clock = new ManualClock();
    let kept = 0;
    const keepAlive = (): Promise<number> => {
      kept += 1;
      return Promise.resolve(kept === 1 ? -5 : kept === 2 ? Infinity : 0);
    };
    await makeLane(clock, { keepAlive });
    await clock.advance(0);
    expect(kept).toBe(1);
    await clock.advance(999);
    expect(kept).toBe(1);
    await clock.advance(1);
    expect(kept).toBe(2);
    await clock.advance(10 * hour);
    expect(kept).toBe(2);

    kept = 0;
    await makeLane(clock, { keepAlive }, ['plain']);
    await clock.advance(10 * hour);
    expect(kept).toBe(0);
  });

  test('goes on renewing where keeping the login alive hangs or throws', async () => {
    for (const keepAlive of [
      () => new Promise<number>(() => undefined),
      () => Promise.reject(new Error('hunter2')),
    ]) {
      const clock = new ManualClock();
      const { calls, thrown } = await makeLane(clock, { keepAlive });
      await clock.advance(0.7 * hour);
      expect(calls).toEqual(['read leased', 'renew leased/1']);
      expect(thrown.length === 0 || thrown.length > 200).toBe(true);
    }
  });

  test('replaces leases of another login as soon as there is one', async () => {
    const clock = new ManualClock();
    let login: string | undefined;
    const { calls } = await makeLane(clock, {
      get login() {
        return login;
      },
      keepAlive: () => {
        if (clock.monotonic() > 5 * 60_000) login = 'two';
        return Promise.resolve(60_000);
      },
    });
    await clock.advance(5 * 60_000);
    expect(calls).toEqual(['read leased']);
    await clock.advance(60_000);
    expect(calls).toEqual(['read leased', 'read leased']);
  });

  test('replaces what it is asked to, and has nothing left of a lease that another answer took away', async () => {
    const clock = new ManualClock();
    const { calls, held, lane } = await makeLane(clock);
    lane.readNow();
    await clock.advance(0);
    expect(calls).toEqual(['read leased', 'read leased']);
    expect(lane.next(0)?.action).toBe('renew');
    held.delete(0);
    expect(lane.next(0)).toEqual({ action: 'read', inMs: expect.closeTo((2 / 3) * hour) });
    expect(lane.next(1)).toBeUndefined();
  });
});
