import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../lib/provider-error.ts';
import { interceptedFileSystem } from '../support/agent/failing-file-system.ts';
import { makePod } from '../support/agent/in-process.ts';
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

describe('init', () => {
  test('ends with the first generation', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const agent = await run({ plan, stores, mode: 'init' });
    expect(await agent.ending).toEqual({ exitCode: 0 });
    expect(visibleFiles(agent.folder)).toEqual({ a: 'a', b: 'b' });
  });

  test('run again reads anew, and ends well with what was there where the stores are down', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const { root, ending } = await run({ plan, stores, mode: 'init' });
    await ending;
    stores.answers.set('one/a', 'a2').set('two/b', unavailable);
    const again = await run({ plan, stores, mode: 'init', root });
    expect(again.ended()).toEqual({ exitCode: 0 });
    expect(visibleFiles(again.folder)).toEqual({ a: 'a2', b: 'b' });
  });

  test('run again while a store hangs ends at the start timeout, well', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const { root, ending } = await run({ plan, stores, mode: 'init' });
    await ending;
    stores.hanging.add('two');
    const again = await run({ plan, stores, mode: 'init', root });
    expect(again.ended()).toBeUndefined();
    await again.clock.advance(20_000);
    expect(again.ended()).toEqual({ exitCode: 0 });
  });
});

describe('a restart', () => {
  test('goes on from the state: nothing is read before it is due, stale values stay', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b', 'three/c': 'c' });
    const first = await run({ plan, stores });
    await first.clock.advance(30_000);
    await first.stop();
    stores.reads.length = 0;
    stores.answers.set('one/a', unavailable).set('two/b', 'b2');
    const second = await run({ plan, stores, root: first.root, clock: first.clock });
    expect(stores.reads).toEqual([]);
    expect(visibleFiles(second.folder)).toEqual({ a: 'a', b: 'b', c: 'c' });
    await second.clock.advance(40_000);
    expect(visibleFiles(second.folder)).toEqual({ a: 'a', b: 'b2', c: 'c' });
  });

  test('with the volume empty publishes what the state has, stores down or not', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const first = await run({ plan, stores });
    await first.stop();
    rmSync(first.folder, { recursive: true });
    const { root } = first;
    mkdirSync(first.folder);
    stores.answers.set('one/a', unavailable).set('two/b', unavailable);
    const second = await run({ plan, stores, root, clock: first.clock });
    await second.clock.advance(4_000);
    expect(visibleFiles(second.folder)).toEqual({ a: 'a', b: 'b' });
  });

  test.each(['lost', 'spoiled'])(
    'with the state %s keeps the generation and moves what can be read',
    async (how) => {
      const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b', 'three/c': 'c' });
      const first = await run({ plan, stores });
      await first.stop();
      const state = join(first.root, 'keyferry/state/state.json');
      if (how === 'lost') rmSync(state);
      else writeFileSync(state, readFileSync(state).subarray(0, 50));
      stores.answers
        .set('one/a', providerError('denied', 'no'))
        .set('two/b', 'b2')
        .set('three/c', unavailable);
      const second = await run({ plan, stores, root: first.root, clock: first.clock });
      await second.clock.advance(1_000);
      expect(second.ended()).toBeUndefined();
      expect(visibleFiles(second.folder)).toEqual({ a: 'a', b: 'b2', c: 'c' });
      expect(shownRefs(second).map(({ stale }) => stale)).toEqual([true, false, true]);
    },
  );

  test('does not take the state of another plan', async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const first = await run({ plan, stores });
    await first.stop();
    const other = planOf({ stores: [fileStore('one')], sources: [sourceOf('z')], files: [fileAt('z')] });
    stores.answers.set('one/z', 'z');
    const second = await run({ plan: other, stores, root: first.root });
    expect(visibleFiles(second.folder)).toEqual({ z: 'z' });
    const text = 'nothing in the state file is of use for this plan';
    expect(second.lines).toContainEqual({ level: 'warn', text, fields: {} });
  });

  test('finds in the state whatever is in the volume: it is written first', async () => {
    const root = makePod();
    const seen: string[] = [];
    const fileSystem = interceptedFileSystem((name, args) => {
      if (name === 'renameSync' && String(args[1]).endsWith('..data'))
        seen.push(readFileSync(join(root, 'keyferry/state/state.json'), 'utf8'));
    });
    await run({ plan, stores: new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' }), root, fileSystem });
    const documents = seen.map((text) => (JSON.parse(text) as { sources: { document: string }[] }).sources);
    expect(documents).toMatchObject([[{ document: 'YQ==' }, { document: 'Yg==' }]]);
  });

  test("a provider's session is there again", async () => {
    const stores = new ScriptedStores({ 'one/a': 'a', 'two/b': 'b' });
    const first = await run({ plan, stores });
    expect(stores.contexts.get('one')?.session.load()).toBeUndefined();
    stores.contexts.get('one')?.session.save('login of one');
    await first.stop();
    stores.contexts.clear();
    const second = await run({ plan, stores, root: first.root, clock: first.clock });
    await second.clock.advance(minute);
    expect(stores.contexts.get('one')?.session.load()).toBe('login of one');
    expect(stores.contexts.get('two')?.session.load()).toBeUndefined();
  });
});
