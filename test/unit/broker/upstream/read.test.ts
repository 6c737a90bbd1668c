import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { accessTo, play, storeOf } from '../../../support/broker/upstream.ts';

describe('a read', () => {
  test('answers from the backend, then from memory for 10 s, then from the backend again', async () => {
    const { clock, backend, read, outcomes } = play();
    backend.set('db', 'one');
    expect(await read(accessTo('db'))).toBe('one');
    backend.set('db', 'two');
    await clock.advance(9_900);
    expect(await read(accessTo('db', { pod: 'other' }))).toBe('one');
    await clock.advance(400);
    expect(await read(accessTo('db'))).toBe('two');
    expect(outcomes).toEqual(['miss', 'hit', 'expired', 'miss']);
    expect(backend.opened).toHaveLength(1);
  });

  test('is shared by all who come while it is under way', async () => {
    const { backend, read, outcomes } = play();
    backend.set('db', 'one');
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, pod) =>
        read(accessTo('db', { pod: String(pod), namespace: `n${pod % 7}` })),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['one']));
    expect(backend.calls).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'coalesced')).toHaveLength(999);
  });

  test('is another one for each key, version, stage, find and store', async () => {
    const { backend, read } = play();
    backend.set('db', 'one');
    const find = { name: '^db$' };
    await Promise.all([
      read(accessTo('db')),
      read(accessTo('api')),
      read(accessTo('db', { wanted: { version: '1' } })),
      read(accessTo('db', { wanted: { stage: '1' } })),
      read(accessTo('', { wanted: { find } })),
      read(accessTo('', { wanted: { find: { ...find, path: '/' } } })),
      read(accessTo('db', { store: storeOf('two') })),
      read(accessTo('db', { store: storeOf('one', { kind: 'SecretStore', namespace: 'payments' }) })),
      // The same once more, put otherwise.
      read(
        accessTo('db', {
          wanted: {},
          store: storeOf('one', { conditions: [{ namespaces: ['x'] }] as never }),
        }),
      ),
    ]);
    expect(backend.calls.flatMap(({ keys }) => keys).sort()).toEqual(
      ['api', 'db', 'db', 'db', 'db', 'db', 'find ^db$', 'find ^db$'].sort(),
    );
    expect(backend.opened).toHaveLength(3);
  });

  test('that is fresh waits for a request that begins after it, and all such share that one', async () => {
    const { backend, read, settle } = play();
    backend.set('db', 'one');
    backend.hold();
    const first = read(accessTo('db'));
    await settle();
    backend.set('db', 'two');
    const fresh = [
      read(accessTo('db'), { fresh: true }),
      read(accessTo('db', { pod: 'b' }), { fresh: true }),
    ];
    await settle();
    expect(backend.calls).toHaveLength(1);
    backend.release();
    expect(await first).toBe('two');
    expect(await Promise.all(fresh)).toEqual(['two', 'two']);
    expect(backend.calls.map((call) => call.fresh)).toEqual([false, true]);
    expect(backend.overlaps).toBe(0);
  });

  test('that is fresh is not answered from memory, and what it brought is for others', async () => {
    const { backend, read } = play();
    backend.set('db', 'one');
    await read(accessTo('db'));
    backend.set('db', 'two');
    expect(await read(accessTo('db'), { fresh: true })).toBe('two');
    expect(await read(accessTo('db'))).toBe('two');
    expect(backend.calls).toHaveLength(2);
  });

  test('of one who gives up goes on for the others, and ends with the last one', async () => {
    const { backend, read, settle } = play();
    backend.set('db', 'one');
    backend.hold();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = read(accessTo('db'), { signal: one.signal });
    const second = read(accessTo('db'), { signal: two.signal });
    await settle();
    one.abort();
    expect(await first).toBe('timeout: the read was cancelled');
    await settle();
    expect(backend.aborted).toBe(0);
    two.abort();
    expect(await second).toBe('timeout: the read was cancelled');
    await settle();
    expect(backend.aborted).toBe(1);
    // Whoever comes after that has a request of its own.
    const third = read(accessTo('db'));
    await settle();
    backend.release();
    expect(await third).toBe('one');
    expect(backend.overlaps).toBe(0);
  });

  test('of one who has given up before is not sent', async () => {
    const { backend, read, settle } = play();
    expect(await read(accessTo('db'), { signal: AbortSignal.abort() })).toBe(
      'timeout: the read was cancelled',
    );
    const stop = new AbortController();
    const answer = read(accessTo('db'), { signal: stop.signal });
    stop.abort();
    expect(await answer).toBe('timeout: the read was cancelled');
    await settle();
    expect(backend.calls).toEqual([]);
  });

  test('many of one store that come together are one call', async () => {
    const { backend, read } = play();
    for (const key of ['a', 'b', 'c']) backend.set(key, key);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => read(accessTo(key))))).toEqual([
      'a',
      'b',
      'c',
      'not_found: d is not there',
    ]);
    expect(backend.calls.map(({ keys }) => keys)).toEqual([['a', 'b', 'c', 'd']]);
  });
});

describe('a failed read', () => {
  test('answers for 5 s where only somebody can change it', async () => {
    const { clock, backend, read, outcomes } = play();
    expect(await read(accessTo('db'))).toBe('not_found: db is not there');
    backend.set('db', 'one');
    await clock.advance(4_900);
    expect(await read(accessTo('db'))).toBe('not_found: db is not there');
    await clock.advance(400);
    expect(await read(accessTo('db'))).toBe('one');
    expect(outcomes).toEqual(['miss', 'negative', 'expired', 'miss']);
  });

  test('answers for a short time where the store is down, and as long as it asked for', async () => {
    const { clock, backend, read } = play();
    let error = providerError('unavailable', 'down');
    backend.failure = () => error;
    expect(await read(accessTo('db'))).toBe('unavailable: down');
    await clock.advance(1_900);
    await read(accessTo('db'));
    expect(backend.calls).toHaveLength(1);
    await clock.advance(400);
    error = providerError('throttled', 'slow down', 4_000);
    await read(accessTo('db'));
    expect(backend.calls).toHaveLength(2);
    await clock.advance(3_900);
    expect(await read(accessTo('db'))).toBe('throttled: slow down');
    expect(backend.calls).toHaveLength(2);
    backend.failure = undefined;
    backend.set('db', 'one');
    await clock.advance(400);
    expect(await read(accessTo('db'))).toBe('one');
  });

  test('says what opening the store failed with, and opens it again at the next read', async () => {
    const { backend, clock, read } = play();
    backend.set('db', 'one');
    backend.openFailure = providerError('denied', 'the credential may not go there');
    expect(await read(accessTo('db'))).toBe('denied: the credential may not go there');
    backend.openFailure = undefined;
    await clock.advance(6_000);
    expect(await read(accessTo('db'))).toBe('one');
    expect(backend.opened).toHaveLength(2);
  });

  test('by something thrown is told and logged without what it says', async () => {
    const { backend, clock, read, logs } = play();
    backend.openFailure = new Error('s3cret');
    expect(await read(accessTo('db'))).toBe('unavailable: the provider failed unexpectedly');
    backend.openFailure = undefined;
    backend.thrown = new TypeError('s3cret');
    await clock.advance(3_000);
    expect(await read(accessTo('db'))).toBe('unavailable: the provider failed unexpectedly');
    expect(logs.map((line) => line[1])).toEqual([
      'a provider failed unexpectedly',
      'a provider failed unexpectedly',
    ]);
    expect(JSON.stringify(logs)).not.toContain('s3cret');
    expect(logs[1]?.[0]).toMatchObject({ store: 'one', kind: 'ClusterSecretStore', name: 'TypeError' });
  });

  test('by a backend that says nothing ends after 30 s', async () => {
    const { backend, clock, read, settle } = play();
    backend.hold();
    const answer = read(accessTo('db'));
    await settle();
    await clock.advance(30_000);
    expect(await answer).toBe('timeout: the store has not answered within 30 s');
    expect(backend.aborted).toBe(1);
  });
});
