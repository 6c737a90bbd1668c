import { describe, expect, test } from '@jest/globals';
import { loginName } from '../../../../providers/vault/token.ts';
import { minute, play, sessionToken, signal } from '../support/authority-script.ts';

const secrets = (tokens: readonly { readonly secret: { reveal: () => string } }[]): string[] =>
  tokens.map(({ secret }) => secret.reveal());

/** A token that a lease was made with. */
const holding = async (script: Parameters<typeof play>[0]) => {
  const game = play(script);
  await game.take('leases');
  game.authority.hold(game.authority.login);
  return game;
};

describe('a token that leases end with', () => {
  test('is renewed by upkeep, which says when it is due again', async () => {
    const { authority, clock, events } = await holding({});
    expect(await authority.upkeep(signal)).toEqual({ ok: true, value: 10 * minute });
    await clock.advance(10 * minute);
    expect(await authority.upkeep(signal)).toEqual({ ok: true, value: 10 * minute });
    expect(events).toEqual(['login', 'renew t1']);
  });

  test('is replaced by upkeep at two thirds of its life where it cannot be renewed', async () => {
    const { authority, clock, events, take } = await holding({ logins: [{ renewable: false }] });
    await clock.advance(10 * minute);
    expect(await take()).toBe('t2');
    expect(await authority.upkeep(signal)).toEqual({ ok: true, value: 10 * minute });
    expect(events).toEqual(['login', 'login']);
  });

  test('and cannot be replaced yet is used on, and tried again in a third of what is left', async () => {
    const { authority, clock, events } = await holding({
      logins: [{ renewable: false }, 'unavailable', 'unavailable'],
    });
    await clock.advance(10 * minute);
    expect(await authority.upkeep(signal)).toEqual({ ok: true, value: (5 / 3) * minute });
    await clock.advance((5 / 3) * minute);
    expect(await authority.upkeep(signal)).toMatchObject({ ok: true });
    expect(events).toEqual(['login', 'login', 'login']);
  });

  test('and lapsed, the login failing: upkeep says why', async () => {
    const { authority, clock } = await holding({ logins: [{}, 'unavailable'] });
    await clock.advance(20 * minute);
    expect(await authority.upkeep(signal)).toEqual({
      ok: false,
      error: { code: 'unavailable', message: 'scripted' },
    });
  });

  test('that does not expire is never due', async () => {
    const { authority } = await holding({ logins: [{ life: 0, renewable: false }] });
    expect(await authority.upkeep(signal)).toEqual({ ok: true, value: Number.POSITIVE_INFINITY });
  });

  test('is not due for requests alone: a token that cannot be renewed is used to its end', async () => {
    const { clock, events, take } = play({ logins: [{ renewable: false }] });
    await take();
    await clock.advance(14 * minute);
    expect(await take()).toBe('t1');
    expect(events).toEqual(['login']);
  });
});

describe('a refusal', () => {
  test('of a request does not cost the leases their login: Vault is asked whether it knows the token', async () => {
    const { authority, clock, events } = await holding({});
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    await clock.advance(minute);
    expect(await authority.replace(grant.value, signal)).toEqual({ ok: true, value: false });
    // Believed for a moment.
    expect(await authority.replace(grant.value, signal)).toEqual({ ok: true, value: false });
    expect(events).toEqual(['login', 'lookup t1']);
  });

  test('does not cost those of an earlier process their login either', async () => {
    const { authority, events } = play({ session: sessionToken(15 * minute) });
    await authority.upkeep(signal);
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    expect(await authority.replace(grant.value, signal)).toEqual({ ok: true, value: false });
    expect(events).toEqual(['lookup s']);
  });

  test('of a token that Vault no longer knows is a login; nothing of it is left to revoke', async () => {
    const { authority, clock, events } = await holding({ lookups: [false] });
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    await clock.advance(minute);
    expect(await authority.replace(grant.value, signal)).toEqual({ ok: true, value: true });
    expect(events).toEqual(['login', 'lookup t1', 'login']);
    expect(secrets(authority.end())).toEqual(['t2']);
  });

  test('that comes while the login is being replaced waits for the new one', async () => {
    const game = await holding({ lookups: [false] });
    const { authority, clock, events } = game;
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    await clock.advance(minute);
    const gate = Promise.withResolvers<undefined>();
    game.hold(gate.promise);
    const first = authority.replace(grant.value, signal);
    while (events.length < 3) await new Promise((resolve) => setImmediate(resolve));
    const second = authority.replace(grant.value, signal);
    gate.resolve(undefined);
    expect(await Promise.all([first, second])).toEqual([
      { ok: true, value: true },
      { ok: true, value: true },
    ]);
    expect(events).toEqual(['login', 'lookup t1', 'login']);
  });

  test('by a Vault that cannot say is the outcome', async () => {
    const { authority, clock } = await holding({ lookups: ['unavailable'] });
    const grant = await authority.take(signal);
    if (!grant.ok) throw new Error('no grant');
    await clock.advance(minute);
    expect(await authority.replace(grant.value, signal)).toMatchObject({ error: { code: 'unavailable' } });
  });
});

describe('a token for a number of uses', () => {
  test('keeps its last use while leases end with it: Vault revokes it with that', async () => {
    const { take, authority, events } = play({ logins: [{ uses: 3 }, { uses: 3 }] });
    expect(await take('leases')).toBe('t1');
    authority.hold(authority.login);
    expect([await take(), await take()]).toEqual(['t1', 't2']);
    expect(events).toEqual(['login', 'login']);
    expect(secrets(authority.end())).toEqual(['t2', 't1']);
  });

  test('is not named, since no other process goes on with it, and says when it ends', async () => {
    const { authority, clock } = play({ logins: [{ uses: 3 }] });
    expect(await authority.take(signal, 'leases')).toMatchObject({
      ok: true,
      value: { name: undefined, endsAt: clock.now() + 15 * minute },
    });
  });

  test('that has but one use is no good for leases, but for requests', async () => {
    const { take, authority, events } = play({ logins: [{ uses: 1 }, { uses: 1 }, { uses: 1 }] });
    expect(await take()).toBe('t1');
    expect(await authority.take(signal, 'leases')).toEqual({
      ok: false,
      error: {
        code: 'invalid',
        message:
          "the role's tokens are good for one request, and Vault revokes what a token was given when its last request is made: set token_num_uses of the role to 0",
      },
    });
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'login']);
  });

  test('counts a lookup and a renewal that failed', async () => {
    const { take, clock, events } = play({ logins: [{ uses: 3 }], renewals: ['unavailable'] });
    await take();
    await clock.advance(10 * minute);
    expect(await take()).toBe('t1');
    expect(await take()).toBe('t2');
    expect(events).toEqual(['login', 'renew t1', 'login']);
  });
});

describe('the login', () => {
  test('has a name while its token lives, the same in a later process', async () => {
    const { authority, clock, take, kept } = play({});
    expect(authority.name).toBeUndefined();
    await take();
    const { name } = authority;
    expect(name).toBe(loginName(kept[0]!));
    expect(play({ session: () => kept[0]! }).authority.name).toBe(name);
    await clock.advance(15 * minute);
    expect(authority.name).toBeUndefined();
    await take();
    expect(authority.name).not.toBe(name);
  });
});

describe('the end', () => {
  test('gives out the token, and those before it that leases still end with', async () => {
    const { authority, clock, take } = await holding({
      logins: [
        { life: 60 * minute, renewable: false },
        { life: 60 * minute, renewable: false },
      ],
    });
    await clock.advance(40 * minute);
    expect(await take()).toBe('t2');
    authority.hold(1);
    expect(secrets(authority.end())).toEqual(['t2', 't1']);
  });

  test('leaves out tokens without leases and tokens that lapsed', async () => {
    const first = play({ logins: [{ uses: 1 }] });
    await first.take();
    await first.take();
    expect(secrets(first.authority.end())).toEqual(['t2']);
    const second = await holding({});
    await second.clock.advance(20 * minute);
    expect(second.authority.end()).toEqual([]);
  });

  test('counts a lease whose answer comes after its token was replaced', async () => {
    const { authority, take } = play({ logins: [{ uses: 1 }] });
    await take();
    await take();
    authority.hold(1);
    expect(secrets(authority.end())).toEqual(['t2', 't1']);
  });

  test('of a login of an earlier process, whose leases are kept alive', async () => {
    const { authority } = play({ session: sessionToken(15 * minute) });
    await authority.upkeep(signal);
    expect(secrets(authority.end())).toEqual(['s']);
  });

  test('is final: nothing logs in or is kept afterwards', async () => {
    const game = play({});
    const gate = Promise.withResolvers<undefined>();
    game.hold(gate.promise);
    const taken = game.take();
    expect(game.authority.end()).toEqual([]);
    gate.resolve(undefined);
    expect(await taken).toBe('unavailable');
    expect(await game.authority.take(signal)).toEqual({
      ok: false,
      error: { code: 'unavailable', message: 'the login at Vault has ended' },
    });
    expect(game.authority.name).toBeUndefined();
    expect(game.kept).toEqual([]);
    expect(game.events).toEqual(['login']);
  });
});
