import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { accessTo, play, storeOf } from '../../../support/broker/upstream.ts';

describe('the rate of one store', () => {
  test('is a burst, then so many requests a second', async () => {
    const { clock, backend, read } = play({ limits: { requestsPerSecond: 20, burst: 40 } });
    const answers = Array.from({ length: 100 }, (_, count) => read(accessTo(`k${count}`)));
    await clock.advance(0);
    expect(backend.calls.flatMap(({ keys }) => keys)).toHaveLength(40);
    await clock.advance(1_000);
    expect(backend.calls.flatMap(({ keys }) => keys)).toHaveLength(60);
    await clock.advance(2_000);
    await Promise.all(answers);
    expect(backend.calls.flatMap(({ keys }) => keys)).toHaveLength(100);
  });

  test('counts requests, not secrets, where a backend gives many for one', async () => {
    const { clock, backend, read } = play({ limits: { requestsPerSecond: 1, burst: 2 } });
    const aws = storeOf('aws', { provider: { type: 'aws' } as never });
    const answers = Array.from({ length: 50 }, (_, count) => read(accessTo(`k${count}`, { store: aws })));
    await clock.advance(0);
    expect(backend.calls.map(({ keys }) => keys.length)).toEqual([40]);
    await clock.advance(1_000);
    await Promise.all(answers);
    expect(backend.calls.map(({ keys }) => keys.length)).toEqual([40, 10]);
  });

  test('is nothing to another store', async () => {
    const { backend, read, clock } = play({ limits: { burst: 1, requestsPerSecond: 0.1 } });
    backend.set('db', 'one');
    await read(accessTo('db'));
    const answer = read(accessTo('db', { store: storeOf('two') }));
    await clock.advance(0);
    expect(await answer).toBe('one');
  });

  test('is shared in turns: a flood of one namespace holds up nobody else', async () => {
    const { clock, backend, read } = play({ limits: { requestsPerSecond: 10, burst: 1 } });
    const flood = Array.from({ length: 90 }, (_, count) =>
      read(accessTo(`f${count}`, { namespace: 'flood' })),
    );
    await clock.advance(0);
    const quiet = Array.from({ length: 3 }, (_, count) =>
      read(accessTo(`q${count}`, { namespace: 'quiet' })),
    );
    await clock.advance(700);
    expect(backend.calls.flatMap(({ keys }) => keys)).toEqual([
      'f0',
      'f1',
      'q0',
      'f2',
      'q1',
      'f3',
      'q2',
      'f4',
    ]);
    await clock.advance(9_000);
    await Promise.all([...flood, ...quiet]);
  });

  test('goes to those who wait before what is due, within a namespace', async () => {
    const { clock, backend, read, listen } = play({ limits: { requestsPerSecond: 1, burst: 1 } });
    for (const key of ['a', 'b', 'c', 'd']) listen(accessTo(key), 60);
    void read(accessTo('urgent'));
    await clock.advance(4_000);
    expect(backend.calls.flatMap(({ keys }) => keys)).toEqual(['urgent', 'a', 'b', 'c', 'd']);
  });

  test('a read goes out in the turn of whoever comes first, and is not sent twice', async () => {
    const { clock, backend, read, listen } = play({ limits: { requestsPerSecond: 1, burst: 1 } });
    const busy = ['x', 'y', 'z'].map((key) => read(accessTo(key, { namespace: 'busy' })));
    const shared = [
      read(accessTo('db', { namespace: 'busy' })),
      read(accessTo('db', { namespace: 'quiet' })),
    ];
    listen(accessTo('db', { namespace: 'third' }), 600);
    await clock.advance(10_000);
    await Promise.all([...busy, ...shared]);
    expect(backend.calls.flatMap(({ keys }) => keys)).toEqual(['x', 'db', 'y', 'z']);
  });
});

describe('those who would wait too long', () => {
  test('are told when to come again, at once', async () => {
    const { clock, upstream, read, outcomes } = play({ limits: { requestsPerSecond: 1, burst: 1 } });
    const waiting = Array.from({ length: 11 }, (_, count) => read(accessTo(`k${count}`)));
    const refused = await upstream.read(accessTo('last'), {
      fresh: false,
      signal: new AbortController().signal,
    });
    expect(refused).toEqual({
      ok: false,
      error: providerError('throttled', 'too many requests are waiting for this store', 11_000),
    });
    expect(outcomes.filter((outcome) => outcome === 'throttled')).toHaveLength(1);
    // Another namespace does not wait that long.
    const other = read(accessTo('other', { namespace: 'other' }));
    await clock.advance(12_000);
    expect(await other).toBe('not_found: other is not there');
    expect((await Promise.all(waiting)).filter((text) => text.startsWith('throttled'))).toEqual([
      'throttled: too many requests are waiting for this store',
    ]);
  });

  test('are told after 10 s where the store hangs', async () => {
    const { clock, backend, read, settle, outcomes } = play({ limits: { calls: 1 } });
    backend.hold();
    const first = read(accessTo('a'));
    await settle();
    const second = read(accessTo('b'));
    await clock.advance(9_999);
    expect(outcomes).toEqual(['miss', 'miss']);
    await clock.advance(1);
    expect(await second).toBe('throttled: too many requests are waiting for this store');
    backend.release();
    expect(await first).toBe('not_found: a is not there');
    await settle();
    expect(backend.calls).toHaveLength(1);
  });

  test('give way where the queue is full: the last of the longest line', async () => {
    const { clock, read } = play({ limits: { requestsPerSecond: 1, burst: 1, waiting: 4 } });
    const flood = Array.from({ length: 5 }, (_, count) =>
      read(accessTo(`f${count}`, { namespace: 'flood' })),
    );
    const quiet = read(accessTo('q', { namespace: 'quiet' }));
    await clock.advance(0);
    await clock.advance(10_000);
    const throttled = 'throttled: too many requests are waiting for this store';
    expect((await Promise.all(flood)).map((text) => text === throttled)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(await quiet).toBe('not_found: q is not there');
  });
});

describe('a backend that asks for patience', () => {
  test('pauses the store: those who wait longer than they would are told, the others wait', async () => {
    const { clock, backend, read } = play();
    backend.failure = () => providerError('throttled', 'slow down', 30_000);
    await read(accessTo('a'));
    backend.failure = undefined;
    backend.set('b', 'b');
    expect(await read(accessTo('b'))).toBe('throttled: too many requests are waiting for this store');
    await clock.advance(25_000);
    const answer = read(accessTo('b'));
    await clock.advance(4_900);
    expect(backend.calls).toHaveLength(1);
    await clock.advance(200);
    expect(await answer).toBe('b');
  });
});

describe('a store', () => {
  test('of another manifest is another one; the old one is closed when nobody uses it', async () => {
    const { backend, read, listen, settle, clock } = play();
    backend.set('db', 'one');
    const { provider } = storeOf();
    const changed = storeOf('one', { provider: { ...provider, server: 'https://other.example' } as never });
    const listening = listen(accessTo('db'), 30);
    await settle();
    expect(await read(accessTo('db', { store: changed }))).toBe('one');
    await clock.advance(30_000);
    expect(listening.heard).toEqual(['one', 'same one']);
    expect(backend.closed).toEqual([]);
    listening.close();
    await settle();
    expect(backend.closed.map(({ provider }) => 'server' in provider && provider.server)).toEqual([
      'https://vault.example',
    ]);
    expect(await read(accessTo('db', { store: changed }))).toBe('one');
    expect(backend.opened).toHaveLength(2);
  });

  test('that is read as another account for each namespace stays open for all of them', async () => {
    const { backend, read, clock } = play();
    const readAs = (namespace: string): ReturnType<typeof read> => {
      const serviceAccount = { namespace, name: 'reader' };
      const provider = {
        type: 'vault',
        server: 'https://vault.example',
        path: 'kv',
        kvVersion: 'v2',
        auth: { method: 'jwt', mountPath: 'jwt', tokenExpirationSeconds: 600, serviceAccount },
      } as const;
      return read(accessTo('db', { namespace, store: storeOf('one', { provider }) }));
    };
    backend.set('db', 'one');
    for (let round = 0; round < 3; round += 1) {
      expect([await readAs('payments'), await readAs('shop')]).toEqual(['one', 'one']);
      await clock.advance(60_000);
    }
    expect([backend.opened.length, backend.closed.length]).toEqual([2, 0]);
  });

  test('stays open for 10 minutes after its last use, since a login costs more than a connection', async () => {
    const { backend, read, clock } = play();
    backend.set('db', 'one');
    await read(accessTo('db'));
    await clock.advance(9 * 60_000);
    await read(accessTo('db'));
    await clock.advance(9 * 60_000);
    expect([backend.opened.length, backend.closed.length]).toEqual([1, 0]);
    await clock.advance(2 * 60_000);
    expect(backend.closed).toHaveLength(1);
    expect(clock.untilNext()).toBeUndefined();
    expect(await read(accessTo('db'))).toBe('one');
    expect(backend.opened).toHaveLength(2);
  });
});
