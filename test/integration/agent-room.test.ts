import { describe, expect, test } from '@jest/globals';
import type { RunningAgent } from '../support/agent/in-process.ts';
import { failingFileSystem } from '../support/agent/failing-file-system.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import { minute, runUntilTestEnds as run } from '../support/agent/three-stores.ts';
import { generationFolders, visibleFiles } from '../support/agent/volume.ts';

const plan = planOf({ sources: [sourceOf('a', { intervalSeconds: 60 })], files: [fileAt('a')] });

/** A machine whose volumes are full while `full` says so. Files are written, and refused, wherever `path` is part of their place. */
const smallMachine = () => {
  const state = { full: false };
  const { fileSystem } = failingFileSystem({ call: 'writeSync', code: 'ENOSPC', when: () => state.full });
  return { state, fileSystem };
};

const staleRefs = async ({ agent }: RunningAgent): Promise<number> => {
  const text = await (await agent.metrics.load()).render();
  return Number(/^keyferry_stale_refs (\d+)$/m.exec(text)?.[1]);
};

describe('volumes without room', () => {
  test('keep the last good generation; the next try is soon, not at the next interval', async () => {
    const { state, fileSystem } = smallMachine();
    const stores = new ScriptedStores({ 'files/a': '1' });
    const agent = await run({ plan, stores, fileSystem });
    expect(visibleFiles(agent.folder)).toEqual({ a: '1' });

    state.full = true;
    stores.answers.set('files/a', '2');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ a: '1' });
    expect(agent.agent.status()).toMatchObject({
      volume: 'the secrets volume is full: it needs a larger sizeLimit',
    });
    expect(await staleRefs(agent)).toBe(1);
    expect(agent.ended()).toBeUndefined();

    state.full = false;
    await agent.clock.advance(10_000);
    expect(visibleFiles(agent.folder)).toEqual({ a: '2' });
    expect(agent.agent.status()).toMatchObject({ volume: null });
    expect(await staleRefs(agent)).toBe(0);
  });

  test('at a start are tried again each second, and named when it is over', async () => {
    const { state, fileSystem } = smallMachine();
    state.full = true;
    const stores = new ScriptedStores({ 'files/a': '1' });
    const lost = await run({ plan: { ...plan, startTimeoutSeconds: 5 }, stores, fileSystem });
    await lost.clock.advance(5_000);
    expect(lost.ended()).toEqual({
      exitCode: 1,
      headline: 'Keyferry has no secrets after 5 s',
      lines: ['ENOSPC: the secrets volume is full: it needs a larger sizeLimit'],
    });

    const saved = await run({ plan, stores, fileSystem });
    state.full = false;
    await saved.clock.advance(1_000);
    expect(visibleFiles(saved.folder)).toEqual({ a: '1' });
  });

  test('do not keep the agent from publishing where only the state has no room', async () => {
    const { fileSystem } = smallMachine();
    const openSync: typeof fileSystem.openSync = (path, ...rest) => {
      if (String(path).endsWith('state.json.tmp'))
        throw Object.assign(new Error(), { code: 'ENOSPC', syscall: 'open' });
      return fileSystem.openSync(path, ...rest);
    };
    const stores = new ScriptedStores({ 'files/a': '1' });
    const agent = await run({ plan, stores, fileSystem: { ...fileSystem, openSync } });
    expect(visibleFiles(agent.folder)).toEqual({ a: '1' });
    expect(agent.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0);
  });
});

describe('old generations', () => {
  test('are removed 10 s after they were replaced', async () => {
    const stores = new ScriptedStores({ 'files/a': '1' });
    const agent = await run({ plan, stores });
    stores.answers.set('files/a', '2');
    await agent.clock.advance(minute);
    expect(visibleFiles(agent.folder)).toEqual({ a: '2' });
    await agent.clock.advance(10_000);
    expect(generationFolders(agent.folder)).toHaveLength(1);
  });
});
