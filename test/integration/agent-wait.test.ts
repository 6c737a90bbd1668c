import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../support/agent/folders.ts';
import { planOf } from '../support/agent/plans.ts';
import { AgentProcess, killAgents, makePodWithStore } from '../support/agent/process.ts';
import { waitForGeneration } from '../../agent/wait.ts';

afterEach(() => {
  killAgents();
  removeFolders();
});

const found = 'Keyferry: the secrets are there\n';
const plan = planOf();

describe('wait', () => {
  test('returns as soon as the agent has published, with one line', async () => {
    const { root, write } = makePodWithStore();
    const waiting = new AgentProcess('wait', { root, plan });
    const agent = new AgentProcess('run', { root, plan });
    await agent.logged('nothing stands at the path');
    expect(waiting.ended).toBeUndefined();
    write({ db: 'hunter2' });
    expect(await waiting.exit()).toBe(0);
    expect([waiting.output, waiting.errors]).toEqual([found, '']);
    await agent.kill();
  });

  test('returns at once where there is a generation, whoever made it', async () => {
    const { root } = makePodWithStore({ db: 'hunter2' });
    expect(await new AgentProcess('init', { root, plan }).exit()).toBe(0);
    const waiting = new AgentProcess('wait', { root, plan: undefined });
    expect(await waiting.exit()).toBe(0);
    expect(waiting.output).toBe(found);
  });

  test('gives up 5 s after the start timeout', async () => {
    const { root } = makePodWithStore();
    const begun = performance.now();
    const waiting = new AgentProcess('wait', { root, plan: { ...plan, startTimeoutSeconds: 1 } });
    expect(await waiting.exit()).toBe(1);
    expect(performance.now() - begun).toBeGreaterThan(6_000);
    expect(waiting.output).toBe("Keyferry: no secrets after 6 s; the agent's termination message says why\n");
  });

  test('is not content with a generation whose files are not all visible yet', async () => {
    const { root, folder } = makePodWithStore();
    const name = '..2026_01_01_00_00_00.0000000000000000';
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'a'), '');
    writeFileSync(join(folder, name, 'b'), '');
    symlinkSync(name, join(folder, '..data'));
    symlinkSync('..data/a', join(folder, 'a'));
    let done = false;
    const waiting = waitForGeneration({ KEYFERRY_ROOT: root }).then((waited) => {
      done = true;
      return waited;
    });
    // Two looks later, events or not.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(done).toBe(false);
    symlinkSync('..data/b', join(folder, 'b'));
    expect(await waiting).toEqual({ exitCode: 0, line: found.trim() });
  });
});
