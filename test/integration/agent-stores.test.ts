import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../lib/provider-error.ts';
import { fileAt, fileStore, planOf, sourceOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import {
  minute,
  runUntilTestEnds as run,
  shownRefs,
  threeStores as plan,
  unavailable,
} from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';

describe('stores are apart', () => {
  test.each(['is down', 'hangs', 'throws'])('one that %s does not hold up another', async (how) => {
    const stores = new ScriptedStores({ 'one/a': 'a1', 'two/b': 'b1', 'three/c': 'c1' });
    const agent = await run({ plan, stores });
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a1', b: 'b1', c: 'c1' });

    if (how === 'is down') stores.answers.set('one/a', unavailable);
    if (how === 'hangs') stores.hanging.add('one');
    if (how === 'throws') stores.broken.add('one');
    stores.answers.set('two/b', 'b2');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a1', b: 'b2', c: 'c1' });
    await agent.clock.advance(minute);
    expect(shownRefs(agent).map(({ file, stale }) => [file, stale])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
    expect(JSON.stringify(agent.lines)).not.toContain('hunter2');

    stores.hanging.clear();
    stores.broken.clear();
    stores.answers.set('one/a', 'a2');
    await agent.clock.advance(2 * minute);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a2', b: 'b2', c: 'c1' });
    expect(shownRefs(agent).every(({ stale, error }) => !stale && error === null)).toBe(true);
  });

  test('a pass over a store ends after 30 s', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b', 'three/c': 'c' });
    const agent = await run({ plan, stores });
    stores.hanging.add('two');
    await agent.clock.advance(minute);
    await agent.clock.advance(31_000);
    expect(shownRefs(agent)[1]?.error?.code).toBe('timeout');
  });
});

describe('the same key is one read', () => {
  test('of every key that is due, in one call', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"user":"u","password":"p"}', 'one/b': 'b' });
    const both = planOf({
      stores: [fileStore('one')],
      sources: [sourceOf('a'), sourceOf('b')],
      files: [
        fileAt('user', { property: 'user' }),
        fileAt('password', { property: 'password' }),
        fileAt('b', { source: 1 }),
      ],
    });
    await run({ plan: both, stores });
    expect(stores.reads).toEqual([{ store: 'one', keys: ['a', 'b'] }]);
  });
});

describe('what belongs together moves together', () => {
  const pair = planOf({
    stores: [fileStore('one')],
    sources: [sourceOf('db', { intervalSeconds: 60 })],
    files: [
      fileAt('user', { property: 'user' }),
      fileAt('password', { property: 'password' }),
      fileAt('ca', { property: 'ca', optional: true }),
    ],
  });

  test('a document without one of its properties changes none of its files', async () => {
    const stores = new ScriptedStores({ 'one/db': '{"user":"u1","password":"p1"}' });
    const agent = await run({ plan: pair, stores });
    stores.answers.set('one/db', '{"user":"u2"}');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ user: 'u1', password: 'p1' });
    expect(shownRefs(agent).map(({ stale, error }) => [stale, error?.code])).toEqual([
      [true, 'not_found'],
      [true, 'not_found'],
      [false, 'not_found'],
    ]);
    stores.answers.set('one/db', '{"user":"u3","password":"p3"}');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ user: 'u3', password: 'p3' });
  });

  test('an optional property that is gone keeps its file and holds up nothing', async () => {
    const stores = new ScriptedStores({ 'one/db': '{"user":"u1","password":"p1","ca":"c1"}' });
    const agent = await run({ plan: pair, stores });
    stores.answers.set('one/db', '{"user":"u2","password":"p2"}');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ user: 'u2', password: 'p2', ca: 'c1' });
    expect(shownRefs(agent).map(({ stale }) => stale)).toEqual([false, false, true]);
  });

  test('a secret that was deleted keeps its files', async () => {
    const stores = new ScriptedStores({ 'one/db': '{"user":"u1","password":"p1"}' });
    const agent = await run({ plan: pair, stores });
    stores.answers.delete('one/db');
    await agent.clock.advance(10 * minute);
    expect(visibleFiles(agent.folder)).toEqual({ user: 'u1', password: 'p1' });
    expect(stores.reads.length).toBeGreaterThan(9);
    expect(agent.ended()).toBeUndefined();
  });
});

describe('the first generation', () => {
  test('waits for what is needed, and is retried within 2 s', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': unavailable, 'three/c': 'c' });
    const agent = await run({ plan, stores });
    await agent.clock.advance(10_000);
    expect(visibleFiles(agent.folder)).toEqual({});
    expect(stores.readsOf('two')).toBeGreaterThanOrEqual(6);
    expect(stores.readsOf('one')).toBe(1);
    stores.answers.set('two/b', 'b');
    await agent.clock.advance(2_000);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b', c: 'c' });
  });

  test('does without an optional source that fails', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b', 'three/c': unavailable });
    const agent = await run({ plan, stores });
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b' });
    stores.answers.set('three/c', 'c');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b', c: 'c' });
  });

  test('gives an optional source that hangs 3 s', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    stores.hanging.add('three');
    const agent = await run({ plan, stores });
    await agent.clock.advance(2_900);
    expect(visibleFiles(agent.folder)).toEqual({});
    await agent.clock.advance(200);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b' });
  });

  test('fails at once on what time does not cure, and says all of it', async () => {
    const stores = new ScriptedStores({
      'one/a': providerError('denied', 'the policy does not allow it'),
      'two/b': 'b',
    });
    const agent = await run({ plan, stores });
    expect(agent.ended()).toEqual({
      exitCode: 1,
      headline: 'Keyferry cannot fetch what this pod needs',
      lines: ['a (key "a" of SecretStore/one): denied: the policy does not allow it'],
    });
  });

  test('fails at the start timeout, and says what was missing', async () => {
    const stores = new ScriptedStores({ 'one/a': unavailable });
    stores.hanging.add('two');
    const agent = await run({ plan: { ...plan, startTimeoutSeconds: 5 }, stores });
    await agent.clock.advance(4_900);
    expect(agent.ended()).toBeUndefined();
    await agent.clock.advance(100);
    expect(agent.ended()).toEqual({
      exitCode: 1,
      headline: 'Keyferry has no secrets after 5 s',
      lines: [
        'a (key "a" of SecretStore/one): unavailable: the store is down',
        'b (key "b" of SecretStore/two): timeout: the store has not answered yet',
      ],
    });
  });

  test('a refresh sidecar has no start timeout', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': unavailable });
    const agent = await run({ plan, stores, mode: 'refresh' });
    await agent.clock.advance(600_000);
    expect(agent.ended()).toBeUndefined();
    stores.answers.set('two/b', 'b');
    await agent.clock.advance(2_000);
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b' });
  });

  test('an end before it is 1, after it 0', async () => {
    const down = await run({ plan, stores: new ScriptedStores({ 'one/a': unavailable, 'two/b': 'b' }) });
    expect((await down.stop()).exitCode).toBe(1);
    const up = await run({ plan, stores: new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' }) });
    expect((await up.stop()).exitCode).toBe(0);
  });
});
