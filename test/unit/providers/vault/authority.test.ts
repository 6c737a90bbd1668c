import { describe, expect, test } from '@jest/globals';
import { err, ok } from '../../../../lib/result.ts';
import { forBatch } from '../../../../providers/vault/with-token.ts';
import { minute, play, sessionToken, signal } from '../support/authority-script.ts';

describe('a token', () => {
  test('is got by one login for all who ask', async () => {
    const { take, events, hold } = play({});
    const gate = Promise.withResolvers<undefined>();
    hold(gate.promise);
    const taken = Promise.all([take(), take(), take()]);
    gate.resolve(undefined);
    expect(await taken).toEqual(['t1', 't1', 't1']);
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login']);
  });

  test('that cannot be got is an error, and asked for anew the next time', async () => {
    const { take, events } = play({ logins: ['unavailable'] });
    expect(await take()).toBe('unavailable');
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login', 'login']);
  });

  test('of an earlier process is used without a login', async () => {
    const { take, events } = play({ session: sessionToken(15 * minute) });
    expect(await take()).toBe('s');
    expect(events).toEqual([]);
  });

  test('that lapsed while nobody asked costs one login', async () => {
    const { take, clock, events } = play({});
    await take();
    await clock.advance(60 * minute);
    expect(events).toEqual(['login']);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'login']);
  });

  test('that does not expire is kept', async () => {
    const { take, clock, events } = play({ logins: [{ life: 0, renewable: false }] });
    await take();
    await clock.advance(100_000 * minute);
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login']);
  });

  test('is handed on to whoever keeps it, at login and at renewal', async () => {
    const { take, clock, kept } = play({});
    await take();
    await clock.advance(10 * minute);
    await take();
    expect(kept.map(({ expiresAt }) => expiresAt! - clock.now())).toEqual([5 * minute, 15 * minute]);
  });
});

describe('a token for a number of uses', () => {
  test('is replaced when they are used up, also by those who ask at once', async () => {
    const { take, events } = play({ logins: [{ uses: 2 }, { uses: 2 }, { uses: 2 }] });
    expect(await Promise.all([take(), take(), take(), take(), take()])).toEqual([
      't1',
      't1',
      't2',
      't2',
      't3',
    ]);
    expect(events).toEqual(['login', 'login', 'login']);
  });

  test('making sure that there is one takes none; a renewal does', async () => {
    const { take, clock, authority, events } = play({ logins: [{ uses: 2 }] });
    await authority.ready(signal);
    await authority.ready(signal);
    expect(await take()).toBe('t1');
    await clock.advance(10 * minute);
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'renew t1', 'login']);
  });
});

describe('a token that Vault refused', () => {
  const refuse = async ({ authority }: ReturnType<typeof play>, count = 1) => {
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    return () => Promise.all(Array.from({ length: count }, () => authority.replace(grant.value, signal)));
  };

  test('is not replaced while it is young: the request was refused, not the token', async () => {
    const game = play({});
    const replace = await refuse(game);
    await game.clock.advance(5_000);
    expect(await replace()).toEqual([ok(false)]);
    expect(game.events).toEqual(['login']);
  });

  test('is replaced once, whoever asks, when it is older', async () => {
    const game = play({});
    const replace = await refuse(game, 3);
    await game.clock.advance(5_001);
    expect(await replace()).toEqual([ok(true), ok(true), ok(true)]);
    expect(await replace()).toEqual([ok(true), ok(true), ok(true)]);
    expect(await game.take()).toBe('t2');
    expect(game.events).toEqual(['login', 'login']);
  });

  test('is replaced at once when it came from an earlier process', async () => {
    const game = play({ session: sessionToken(15 * minute) });
    expect(await (await refuse(game))()).toEqual([ok(true)]);
    expect(await game.take()).toBe('t1');
  });

  test('a failed login is the outcome', async () => {
    const game = play({ session: sessionToken(15 * minute), logins: ['unauthenticated'] });
    expect(await (await refuse(game))()).toMatchObject([{ ok: false, error: { code: 'unauthenticated' } }]);
  });
});

describe('cancelling', () => {
  test('leaves the login to those who still wait', async () => {
    const { authority, take, hold, events } = play({});
    const gate = Promise.withResolvers<undefined>();
    hold(gate.promise);
    const controller = new AbortController();
    const cancelled = authority.take(controller.signal);
    const waiting = take();
    controller.abort();
    expect(await cancelled).toEqual(err({ code: 'timeout', message: 'the login at Vault was cancelled' }));
    expect(await authority.ready(controller.signal)).toMatchObject({ error: { code: 'timeout' } });
    gate.resolve(undefined);
    expect(await waiting).toBe('t1');
    expect(events).toEqual(['login']);
  });
});

test('a batch asks a failed authority once', async () => {
  const { authority, events } = play({ logins: ['unavailable', 'timeout'] });
  const batch = forBatch(authority);
  expect(await batch.take(signal)).toMatchObject({ error: { code: 'unavailable' } });
  expect(await batch.take(signal)).toMatchObject({ error: { code: 'unavailable' } });
  expect(events).toEqual(['login']);
});
