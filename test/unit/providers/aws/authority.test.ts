import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../../lib/log.ts';
import { providerError, type ProviderErrorCode } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import type { Identified } from '../../../../providers/aws/assume-role.ts';
import { Authority, type GrantOutcome } from '../../../../providers/aws/authority.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const minute = 60_000;
const signal = new AbortController().signal;

const identity = (name: string, clock: ManualClock, life = 60 * minute): Identified => ({
  name,
  credentials: {
    keys: new Redacted({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }),
    expiresAt: clock.now() + life,
    fullLife: life,
  },
});

/** An authority whose logins answer from a script and are named l1, l2, … */
const play = (script: (ProviderErrorCode | 'ok')[] = [], withSession = false) => {
  const clock = new ManualClock();
  const kept: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  let logins = 0;
  const authority = new Authority({
    clock,
    log: silentLogger,
    session: withSession ? identity('session', clock) : undefined,
    onLogin: ({ name }) => kept.push(name),
    logIn: async () => {
      logins += 1;
      const name = `l${logins}`;
      await gate.promise;
      const reply = script.shift() ?? 'ok';
      return reply === 'ok' ? ok(identity(name, clock)) : err(providerError(reply, 'scripted'));
    },
  });
  gate.resolve(undefined);
  const show = (outcome: GrantOutcome): string =>
    outcome.ok ? outcome.value.identity.name : outcome.error.code;
  const take = async (): Promise<string> => show(await authority.take(signal));
  return { authority, clock, kept, take, show, logins: () => logins };
};

describe('credentials of a store', () => {
  test('are of one login for all who ask meanwhile', async () => {
    const { take, logins, kept } = play();
    expect(await Promise.all([take(), take(), take()])).toEqual(['l1', 'l1', 'l1']);
    expect(await take()).toBe('l1');
    expect([logins(), kept]).toEqual([1, ['l1']]);
  });

  test('of an earlier process are used', async () => {
    const { take, logins, clock } = play([], true);
    expect(await take()).toBe('session');
    await clock.advance(56 * minute);
    expect(await take()).toBe('l1');
    expect(logins()).toBe(1);
  });

  test('that cannot be replaced in time are used until they lapse, and asked for less and less seldom', async () => {
    const { take, logins, clock } = play(['ok', 'unavailable', 'unavailable', 'unavailable']);
    await take();
    await clock.advance(56 * minute);
    expect(await take()).toBe('l1');
    expect(await take()).toBe('l1');
    expect(logins()).toBe(2);
    await clock.advance(2 * minute);
    expect(await take()).toBe('l1');
    expect(logins()).toBe(3);
    await clock.advance(2 * minute);
    expect(await take()).toBe('unavailable');
    expect(await take()).toBe('l5');
  });

  test('that were refused are replaced once, by whoever says so first', async () => {
    const { authority, take, show, logins } = play();
    await take();
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    const replaced = await Promise.all([1, 2, 3].map(() => authority.replace(grant.value, signal)));
    expect(replaced.map(show)).toEqual(['l2', 'l2', 'l2']);
    expect(show(await authority.replace(grant.value, signal))).toBe('l2');
    expect(logins()).toBe(2);
  });

  test('are left to others by a caller that gives up', async () => {
    const { authority, take, show } = play();
    const stop = new AbortController();
    const given = authority.take(stop.signal);
    const other = take();
    stop.abort();
    expect(show(await given)).toBe('timeout');
    expect(await other).toBe('l1');
    expect(show(await authority.take(AbortSignal.abort()))).toBe('l1');
  });
});
