import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { accessTo, play } from '../../../support/broker/upstream.ts';

describe('what is due', () => {
  test('is read together, what is due soon too', async () => {
    const { clock, backend, listen } = play();
    for (let count = 0; count < 30; count += 1) {
      backend.set(`k${count}`, 'x');
      listen(accessTo(`k${count}`), 60);
      await clock.advance(50);
    }
    const before = backend.calls.length;
    await clock.advance(60_000);
    expect(backend.calls).toHaveLength(before + 1);
    expect(backend.calls.at(-1)?.keys).toHaveLength(30);
    await clock.advance(60_000);
    expect(backend.calls).toHaveLength(before + 2);
  });

  test('is spread by up to a twentieth', async () => {
    const { clock, backend, listen } = play({ random: () => 0.999 });
    backend.set('db', 'x');
    listen(accessTo('db'), 100);
    await clock.advance(104_000);
    expect(backend.calls).toHaveLength(1);
    await clock.advance(1_000);
    expect(backend.calls).toHaveLength(2);
  });

  test('is checked where that is cheaper, and read where it has changed', async () => {
    const { clock, backend, listen } = play({ checks: true });
    backend.set('a', 'a1');
    backend.set('b', 'b1');
    const [a, b] = [listen(accessTo('a'), 30), listen(accessTo('b'), 30)];
    await clock.advance(0);
    backend.set('b', 'b2');
    await clock.advance(30_000);
    expect(backend.calls.map(({ kind, keys }) => `${kind} ${keys.join(' ')}`)).toEqual([
      'read a b',
      'check a b',
      'read b',
    ]);
    expect([a.heard, b.heard]).toEqual([
      ['a1', 'same a1'],
      ['b1', 'b2'],
    ]);
  });

  test('is the same where the bytes are, whatever the version says', async () => {
    const { clock, backend, listen } = play({ checks: true });
    backend.set('a', 'a1');
    const a = listen(accessTo('a'), 30);
    await clock.advance(0);
    backend.set('a', 'a1');
    await clock.advance(30_000);
    expect(a.heard).toEqual(['a1', 'same a1']);
    await clock.advance(30_000);
    expect(backend.calls.map(({ kind }) => kind)).toEqual(['read', 'check', 'read', 'check']);
  });

  test('a check answers those who read meanwhile, but nobody who asks for a fresh read', async () => {
    const { clock, backend, listen, read, settle } = play({ checks: true });
    backend.set('a', 'a1');
    const listening = listen(accessTo('a'), 30);
    await clock.advance(20_000);
    backend.hold();
    const [plain, fresh] = [read(accessTo('a')), settle().then(() => read(accessTo('a'), { fresh: true }))];
    await settle();
    await settle();
    // Whoever waits for the check still gets its answer when the last subscriber leaves meanwhile.
    listening.close();
    backend.release();
    expect(await Promise.all([plain, fresh])).toEqual(['a1', 'a1']);
    expect(backend.calls.map(({ kind, fresh: isFresh }) => `${kind} ${isFresh}`)).toEqual([
      'read false',
      'check false',
      'read true',
    ]);
  });
});

describe('a failure', () => {
  test('is told; the last document stays, and is the same afterwards', async () => {
    const { clock, backend, listen, read } = play({ random: () => 0.5 });
    backend.set('db', 'one');
    const listening = listen(accessTo('db'), 60);
    await clock.advance(0);
    backend.failure = () => providerError('unavailable', 'down');
    await clock.advance(61_500);
    expect(listening.heard).toEqual(['one', 'unavailable: down']);
    await clock.advance(60_000);
    const tries = backend.calls.length - 2;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(8);
    expect(await read(accessTo('db'))).toBe('unavailable: down');
    const late = listen(accessTo('db'), 3_600);
    await clock.advance(0);
    expect(late.heard).toEqual(['one']);
    backend.failure = undefined;
    await clock.advance(60_000);
    expect(listening.heard.at(-1)).toBe('same one');
    expect(late.heard).toContain('same one');
    expect(listening.buffers[0]?.toString()).toBe('one');
  });

  test('of a check is told too, and the document stays', async () => {
    const { clock, backend, listen } = play({ checks: true });
    backend.set('db', 'one');
    const listening = listen(accessTo('db'), 30);
    await clock.advance(0);
    backend.failure = () => providerError('denied', 'no');
    await clock.advance(30_000);
    backend.failure = undefined;
    await clock.advance(30_000);
    expect(listening.heard).toEqual(['one', 'denied: no', 'same one']);
  });

  test('that only somebody can change is told at once, and looked at on the interval', async () => {
    const { clock, backend, listen } = play();
    const listening = listen(accessTo('db'), 30);
    await clock.advance(90_000);
    expect(listening.heard).toHaveLength(4);
    expect(backend.calls.map(({ at }) => at)).toEqual([0, 30_000, 60_000, 90_000]);
  });

  test('that asks for patience gets it', async () => {
    const { clock, backend, listen } = play();
    backend.failure = () => providerError('throttled', 'slow down', 20_000);
    const listening = listen(accessTo('db'), 30);
    await clock.advance(20_000);
    expect(backend.calls).toHaveLength(1);
    await clock.advance(100);
    expect(backend.calls).toHaveLength(2);
    expect(listening.heard).toEqual(['throttled: slow down', 'throttled: slow down']);
  });

  test('by one that says nothing does not come over the others again', async () => {
    const { clock, backend, listen } = play({ random: () => 0.5 });
    for (const key of ['a', 'b']) backend.set(key, key);
    const [a, b] = [listen(accessTo('a'), 30), listen(accessTo('b'), 30)];
    backend.hold();
    await clock.advance(30_000);
    backend.release();
    expect([a.heard, b.heard]).toEqual([
      ['timeout: the store has not answered within 30 s'],
      ['timeout: the store has not answered within 30 s'],
    ]);
    await clock.advance(10_000);
    expect(backend.calls.map(({ keys }) => keys)).toEqual([['a', 'b'], ['a'], ['b']]);
    expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['a', 'b']);
  });
});
