import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { err } from '../../../../lib/result.ts';
import { KeepAlive } from '../../../../providers/vault/keep-alive.ts';
import { minute, play, signal } from '../support/authority-script.ts';

describe('keeping a token alive', () => {
  test('looks at it every minute, and renews it when that is due', async () => {
    const { authority, clock, events, take } = play({});
    await take('leases');
    const keepAlive = new KeepAlive(authority);
    for (let passed = 0; passed < 10; passed += 1) {
      expect(await keepAlive.call(signal)).toBe(minute);
      await clock.advance(minute);
    }
    expect(events).toEqual(['login']);
    expect(await keepAlive.call(signal)).toBe(minute);
    expect(events).toEqual(['login', 'renew t1']);
  });

  test('of a short life looks when it is due, a second later at the earliest', async () => {
    const short = play({ logins: [{ life: 30_000 }] });
    await short.take('leases');
    expect(await new KeepAlive(short.authority).call(signal)).toBe(20_000);
    const shortest = play({ logins: [{ life: 900 }] });
    await shortest.take('leases');
    expect(await new KeepAlive(shortest.authority).call(signal)).toBe(1_000);
  });

  test('that does not expire still looks every minute: clocks are set', async () => {
    const { authority } = play({ logins: [{ life: 0, renewable: false }] });
    expect(await new KeepAlive(authority).call(signal)).toBe(minute);
  });

  test('backs off while there is none to be had, and starts over afterwards', async () => {
    const down = Array.from({ length: 8 }, () => 'unavailable' as const);
    const { authority } = play({ logins: [...down, { life: 30_000 }] });
    const keepAlive = new KeepAlive(authority);
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) waits.push(await keepAlive.call(signal));
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 20_000]);
  });

  test('waits as long as Vault asks', async () => {
    const upkeep = () => Promise.resolve(err(providerError('throttled', 'slow down', 90_000)));
    expect(await new KeepAlive({ upkeep }).call(signal)).toBe(90_000);
  });

  test('that is cancelled says when to come again', async () => {
    const game = play({});
    const gate = Promise.withResolvers<undefined>();
    game.hold(gate.promise);
    const controller = new AbortController();
    const wait = new KeepAlive(game.authority).call(controller.signal);
    controller.abort();
    expect(await wait).toBe(2_000);
    gate.resolve(undefined);
  });
});
