import { describe, expect, test } from '@jest/globals';
import { accessTo, play } from '../../../support/broker/upstream.ts';

const leasedBelow = 'database/';
const key = 'database/creds';

describe('a credential that is made for who asks', () => {
  test('is never given to two pods, though both asked at once', async () => {
    const { backend, read } = play({ leasedBelow });
    const pods = ['a', 'b', 'c', 'a'];
    const answers = await Promise.all(pods.map((pod) => read(accessTo(key, { pod }))));
    expect(answers[0]).toBe('user 1 leased');
    expect(answers[3]).toBe(answers[0]);
    expect(new Set(answers).size).toBe(3);
    expect(backend.readsOf(key)).toBe(3);
  });

  test('is given to the same pod again for a few seconds, unless it asks for a fresh one', async () => {
    const { clock, backend, read } = play({ leasedBelow });
    expect(await read(accessTo(key, { pod: 'a' }))).toBe('user 1 leased');
    expect(await read(accessTo(key, { pod: 'a' }))).toBe('user 1 leased');
    expect(await read(accessTo(key, { pod: 'b' }))).toBe('user 2 leased');
    expect(await read(accessTo(key, { pod: 'a' }), { fresh: true })).toBe('user 3 leased');
    await clock.advance(11_000);
    expect(await read(accessTo(key, { pod: 'a' }))).toBe('user 4 leased');
    expect(backend.given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  test('is never shared where parameters ask for it', async () => {
    const { backend, read, settle } = play({ leasedBelow });
    const wanted = { parameters: [{ name: 'common_name', value: 'x' }] };
    backend.hold();
    const answers = ['a', 'b', 'a'].map((pod) => read(accessTo(key, { pod, wanted })));
    await settle();
    expect(backend.calls.map(({ keys }) => keys)).toEqual([[key], [key]]);
    backend.release();
    expect(new Set(await Promise.all(answers)).size).toBe(2);
  });

  test('is told to each subscriber once: nothing looks for another one', async () => {
    const { clock, backend, listen, read } = play({ leasedBelow });
    const [a, b, c] = ['a', 'b', 'b'].map((pod) => listen(accessTo(key, { pod }), 30));
    await clock.advance(600_000);
    expect([a?.heard, b?.heard, c?.heard]).toEqual([['user 1 leased'], ['user 2 leased'], ['user 2 leased']]);
    expect(backend.readsOf(key)).toBe(2);
    // What the pod itself has asked for since is told.
    expect(await read(accessTo(key, { pod: 'b' }), { fresh: true })).toBe('user 3 leased');
    expect([a?.heard.length, b?.heard.at(-1), c?.heard.at(-1)]).toEqual([
      1,
      'user 3 leased',
      'user 3 leased',
    ]);
    // As long as the pod subscribes, its credential is given to it again; not near its end.
    await clock.advance(1_800_000);
    expect(await read(accessTo(key, { pod: 'b' }))).toBe('user 3 leased');
    await clock.advance(700_000);
    expect(await read(accessTo(key, { pod: 'b' }))).toBe('user 4 leased');
  });

  test('those who ask for fresh ones while a shared read turns out to be one get one each', async () => {
    const { backend, read, settle } = play({ leasedBelow });
    backend.hold();
    const first = ['a', 'b'].map((pod) => read(accessTo(key, { pod })));
    await settle();
    const later = ['a', 'c'].map((pod) => read(accessTo(key, { pod }), { fresh: true }));
    await settle();
    expect(backend.calls).toHaveLength(1);
    backend.release();
    const answers = await Promise.all([...first, ...later]);
    expect(new Set(answers).size).toBe(4);
    expect(answers[0]).toBe('user 1 leased');
  });

  test('has its login kept alive to its end, and no longer', async () => {
    const { clock, backend, read, settle } = play({ leasedBelow, login: 'one', leaseSeconds: 300 });
    await read(accessTo(key));
    await settle();
    expect(backend.keptAlive).toEqual([0]);
    await clock.advance(1_000_000);
    expect(backend.keptAlive).toEqual([0, 60_000, 120_000, 180_000, 240_000]);
  });

  test('keeps the store open, though there is a newer manifest', async () => {
    const { clock, backend, read } = play({ leasedBelow, login: 'one', leaseSeconds: 3_600 });
    await read(accessTo(key));
    await clock.advance(3_000_000);
    expect(backend.closed).toEqual([]);
    await clock.advance(1_200_001);
    expect(backend.closed).toHaveLength(1);
  });
});
