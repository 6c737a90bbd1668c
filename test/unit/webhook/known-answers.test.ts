import { describe, expect, test } from '@jest/globals';
import type { FollowedCache } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { answerKey, KnownAnswers, RecordingCache } from '../../../webhook/known-answers.ts';

const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
const key = { kind: 'Namespace', name: 'payments' } as const;

const cacheOf = (found: { object: KubeObject | undefined; list?: readonly KubeObject[] }): FollowedCache => ({
  get: () => found.object,
  list: () => [],
  listIn: () => found.list ?? [],
  waitFor: () => Promise.resolve(undefined),
  onChange: () => () => undefined,
});

const answer = (characters: number) => ({ head: 'h', tail: 't'.repeat(characters - 1), files: 1 });

describe('known answers', () => {
  test('hold as long as each look-up gives the very same object', () => {
    const found: { object: KubeObject | undefined } = { object };
    const known = new KnownAnswers(cacheOf(found));
    known.remember('pod', { answer: answer(2), lookUps: [{ key, gave: object }] });
    expect(known.find('pod')).toEqual(answer(2));
    expect(known.find('another')).toBeUndefined();

    found.object = { ...object };
    expect(known.find('pod')).toBeUndefined();
    // It was forgotten for good: an object that comes back is another one.
    found.object = object;
    expect(known.find('pod')).toBeUndefined();
  });

  test('hold an object that is missing to be missing still', () => {
    const found: { object: KubeObject | undefined } = { object: undefined };
    const known = new KnownAnswers(cacheOf(found));
    known.remember('pod', { answer: answer(2), lookUps: [{ key, gave: undefined }] });
    expect(known.find('pod')).toBeDefined();
    found.object = object;
    expect(known.find('pod')).toBeUndefined();
  });

  test('hold a list of a namespace to be the very same', () => {
    const list = [object];
    const found = { object, list };
    const known = new KnownAnswers(cacheOf(found));
    known.remember('pod', {
      answer: answer(2),
      lookUps: [{ list: ['ExternalSecret', 'payments'], gave: list }],
    });
    expect(known.find('pod')).toBeDefined();
    found.list = [object];
    expect(known.find('pod')).toBeUndefined();
  });

  test('hold what the broker may use to be the very same', () => {
    let install = { credentials: [], serviceAccounts: [] };
    const known = new KnownAnswers(cacheOf({ object }), () => install);
    known.remember('pod', { answer: answer(2), lookUps: [], install });
    expect(known.find('pod')).toBeDefined();
    install = { ...install };
    expect(known.find('pod')).toBeUndefined();
  });

  test('come to 8 Mi characters at most; the one that was not used for longest goes first', () => {
    const known = new KnownAnswers(cacheOf({ object }));
    const third = answer(2 ** 20 * 3);
    for (const name of ['first', 'second']) known.remember(name, { answer: third, lookUps: [] });
    expect(known.find('first')).toBeDefined();
    known.remember('third', { answer: third, lookUps: [] });
    expect(['first', 'second', 'third'].map((name) => known.find(name) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('keep nothing that is larger than all of them may be', () => {
    const known = new KnownAnswers(cacheOf({ object }));
    known.remember('small', { answer: answer(2), lookUps: [] });
    known.remember('huge', { answer: answer(2 ** 23 + 1), lookUps: [] });
    expect([known.find('small'), known.find('huge')]).toEqual([undefined, undefined]);
  });

  test('count an answer that is given again once', () => {
    const known = new KnownAnswers(cacheOf({ object }));
    const half = answer(2 ** 22);
    known.remember('other', { answer: half, lookUps: [] });
    for (let time = 0; time < 5; time += 1) known.remember('pod', { answer: half, lookUps: [] });
    expect([known.find('other'), known.find('pod')]).toEqual([half, half]);
  });
});

describe('the key of an answer', () => {
  const key = (...pod: string[]) => answerKey({ scope: ['CREATE', 'payments'], pod });

  test('is a digest of all that a decision reads, and of where one thing ends', () => {
    const { digest, tokenVolume } = key('ab', 'c');
    expect(digest).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(tokenVolume).toBeUndefined();
    const others = [
      key('a', 'bc'),
      key('abc'),
      key('ab', 'd'),
      answerKey({ scope: ['CREATE', 'billing'], pod: ['ab', 'c'] }),
    ];
    expect(new Set([digest, ...others.map((other) => other.digest)]).size).toBe(5);
    expect(key('ab', 'c').digest).toBe(digest);
  });

  test('is the same whatever the one token volume is called, and says how', () => {
    const text = (name: string): string => `{"volumes":["${name}"],"mounts":["${name}"]}`;
    const first = key('{}', text('kube-api-access-2xk9p'));
    const second = key('{}', text('kube-api-access-zzzz0'));
    expect(second.digest).toBe(first.digest);
    expect([first.tokenVolume, second.tokenVolume]).toEqual([
      'kube-api-access-2xk9p',
      'kube-api-access-zzzz0',
    ]);
  });

  test.each([
    [
      'two names',
      '"kube-api-access-aaaaa","kube-api-access-bbbbb"',
      '"kube-api-access-bbbbb","kube-api-access-aaaaa"',
    ],
    ['capitals', '"kube-api-access-AAAAA"', '"kube-api-access-BBBBB"'],
    ['too short a name', '"kube-api-access-aaaa"', '"kube-api-access-bbbb"'],
  ])('takes %s as they are', (_what, first, second) => {
    expect(key(first).tokenVolume).toBeUndefined();
    expect(key(second).digest).not.toBe(key(first).digest);
  });

  test('has no stand-in for the namespace', () => {
    const named = (namespace: string) => answerKey({ scope: [namespace], pod: [namespace] });
    expect(named('kube-api-access-aaaaa').digest).not.toBe(named('kube-api-access-bbbbb').digest);
  });
});

describe('a cache that remembers what it was asked', () => {
  test('has each look-up with its latest result', () => {
    const found: { object: KubeObject | undefined } = { object: undefined };
    const cache = new RecordingCache(cacheOf(found));
    cache.get(key);
    found.object = object;
    expect(cache.get(key)).toBe(object);
    cache.get({ kind: 'SecretStore', namespace: 'payments', name: 'vault' });
    expect(cache.lookUps).toEqual([
      { key, gave: object },
      { key: { kind: 'SecretStore', namespace: 'payments', name: 'vault' }, gave: object },
    ]);
  });

  test('tells objects of two APIs apart, which may have the same kind and name', () => {
    const store = { kind: 'SecretStore', namespace: 'payments', name: 'vault' } as const;
    const theirs = { ...store, group: 'external-secrets.io' } as const;
    const cache = new RecordingCache(cacheOf({ object }));
    for (const asked of [store, theirs, store]) cache.get(asked);
    expect(cache.lookUps).toEqual([
      { key: store, gave: object },
      { key: theirs, gave: object },
    ]);
  });

  test('has the lists of namespaces', () => {
    const list = [object];
    const cache = new RecordingCache(cacheOf({ object, list }));
    expect(cache.listIn('ExternalSecret', 'payments')).toBe(list);
    cache.listIn('ExternalSecret', 'payments', 'external-secrets.io');
    cache.listIn('ExternalSecret', 'payments');
    expect(cache.lookUps).toEqual([
      { list: ['ExternalSecret', 'payments'], gave: list },
      { list: ['ExternalSecret', 'payments', 'external-secrets.io'], gave: list },
    ]);
  });

  test('has none where a list was read: what is in it may change unseen', () => {
    const cache = new RecordingCache(cacheOf({ object }));
    cache.get(key);
    cache.list('SecretStore');
    expect(cache.lookUps).toBeUndefined();
  });
});
