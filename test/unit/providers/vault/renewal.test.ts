import { describe, expect, test } from '@jest/globals';
import type { ProviderErrorCode } from '../../../../lib/provider-error.ts';
import { minute, play } from '../support/authority-script.ts';

describe('renewal at two thirds of the life', () => {
  test('keeps the token', async () => {
    const { take, clock, events } = play({});
    await take();
    await clock.advance(10 * minute - 1);
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login']);
    await clock.advance(1);
    expect(await take()).toBe('t1');
    await clock.advance(9 * minute);
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login', 'renew t1']);
  });

  test('is one for all who ask', async () => {
    const { take, clock, events } = play({});
    await take();
    await clock.advance(10 * minute);
    await Promise.all([take(), take(), take()]);
    expect(events).toEqual(['login', 'renew t1']);
  });

  test('is not for a token that is not renewable: used to its end', async () => {
    const { take, clock, events } = play({ logins: [{ renewable: false }] });
    await take();
    await clock.advance(14 * minute);
    expect(await take()).toBe('t1');
    await clock.advance(minute);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'login']);
  });

  test('that gives little, the longest life being near: a login', async () => {
    const { take, clock, events } = play({ renewals: [{ life: 7 * minute }] });
    await take();
    await clock.advance(10 * minute);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'renew t1', 'login']);
  });

  test('that gives little, and a login that fails: the renewed token serves on', async () => {
    const { take, clock, events } = play({ logins: [{}, 'unavailable'], renewals: [{ life: 6 * minute }] });
    await take();
    await clock.advance(10 * minute);
    expect(await take()).toBe('t1');
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login', 'renew t1', 'login']);
  });

  test.each<ProviderErrorCode>(['denied', 'invalid', 'not_found'])('refused (%s): a login', async (code) => {
    const { take, clock, events } = play({ renewals: [code] });
    await take();
    await clock.advance(10 * minute);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'renew t1', 'login']);
  });

  test('refused, and the login too: the token is used while it lives', async () => {
    const { take, clock, events } = play({ logins: [{}, 'unauthenticated'], renewals: ['denied', 'denied'] });
    await take();
    await clock.advance(10 * minute);
    expect(await take()).toBe('t1');
    await clock.advance(2 * minute);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'renew t1', 'login', 'renew t1', 'login']);
  });

  test.each<ProviderErrorCode>(['unavailable', 'timeout', 'throttled'])(
    'not to be had (%s): the token is used, and renewal tried again later',
    async (code) => {
      const { take, clock, events } = play({ renewals: [code] });
      await take();
      await clock.advance(10 * minute);
      expect([await take(), await take()]).toEqual(['t1', 't1']);
      expect(events).toEqual(['login', 'renew t1']);
      await clock.advance((5 / 3) * minute);
      expect(await take()).toBe('t1');
      expect(events).toEqual(['login', 'renew t1', 'renew t1']);
    },
  );
});
