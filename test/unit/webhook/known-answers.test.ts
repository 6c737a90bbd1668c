import { describe, expect, test } from '@jest/globals';
import type { LookUpCache } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { KnownAnswers, podDigest, RecordingCache } from '../../../webhook/known-answers.ts';

const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
const key = { kind: 'Namespace', name: 'payments' } as const;

const cacheOf = (found: { object: KubeObject | undefined }): LookUpCache => ({
  get: () => found.object,
  list: () => [],
  waitFor: () => Promise.resolve(undefined),
});

const answer = (characters: number) => ({ head: 'h', tail: 't'.repeat(characters - 1), files: 1 });

describe('known answers', () => {
  test('hold as long as each look-up gives the very same object', () => {
    const found: { object: KubeObject | undefined } = { object };
    const known = new KnownAnswers(cacheOf(found));
    known.remember('pod', { answer: answer(2), lookUps: [[key, object]] });
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
    known.remember('pod', { answer: answer(2), lookUps: [[key, undefined]] });
    expect(known.find('pod')).toBeDefined();
    found.object = object;
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

describe('the digest of a pod', () => {
  const pod = { metadata: { annotations: { a: '1' } }, spec: { containers: [] } };

  test('differs with annotations, spec and namespace, and with nothing else', () => {
    const digest = podDigest('payments', pod);
    expect(digest).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(podDigest('payments', { ...pod, metadata: { ...pod.metadata, name: 'x' }, status: {} })).toBe(
      digest,
    );
    expect(podDigest('payments', { ...pod, metadata: { annotations: { a: '2' } } })).not.toBe(digest);
    expect(podDigest('payments', { ...pod, spec: { containers: [{}] } })).not.toBe(digest);
    expect(podDigest('billing', pod)).not.toBe(digest);
  });

  test.each([undefined, null, 'text', 7, [[]]])('is none for %j', (value) => {
    expect(podDigest('payments', value)).toBeUndefined();
  });

  test('is there for objects that are no good pods; decoding refuses those', () => {
    expect(podDigest('payments', { metadata: 'text' })).toBeDefined();
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
      [key, object],
      [{ kind: 'SecretStore', namespace: 'payments', name: 'vault' }, object],
    ]);
  });

  test('has none where a list was read: what is in it may change unseen', () => {
    const cache = new RecordingCache(cacheOf({ object }));
    cache.get(key);
    cache.list('SecretStore');
    expect(cache.lookUps).toBeUndefined();
  });
});
