import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../support/agent/folders.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import {
  AgentProcess,
  killAgents,
  makePodWithStore,
  terminationMessageIn,
} from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { until } from '../support/until.ts';

afterEach(() => {
  killAgents();
  removeFolders();
});

const canary = 'hunter2-canary';
const plan = planOf({
  sources: [sourceOf('db', { intervalSeconds: 1 })],
  files: [fileAt('db/password', { property: 'password' })],
  startTimeoutSeconds: 10,
});

describe('run', () => {
  test('publishes, rotates in place, keeps the last good value, and ends with 0', async () => {
    const { root, folder, write } = makePodWithStore({ db: { password: canary } });
    const agent = new AgentProcess('run', { root, plan });
    await agent.logged('ready');
    expect(visibleFiles(folder)).toEqual({ 'db/password': canary });

    write({ db: { password: 'next' } });
    await until(() => visibleFiles(folder)['db/password'] === 'next', 'the rotation');
    rmSync(join(root, 'store/files.json'));
    await agent.logged('nothing stands at the path');
    expect(visibleFiles(folder)).toEqual({ 'db/password': 'next' });

    expect(await agent.kill('SIGTERM')).toBe(0);
    expect(agent.output + agent.errors).not.toContain(canary);
    expect(agent.errors).toBe('');
    for (const line of agent.output.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s before the first generation ends with 1', async (signal) => {
    const { root } = makePodWithStore();
    const agent = new AgentProcess('run', { root, plan });
    await agent.logged('nothing stands at the path');
    expect(await agent.kill(signal)).toBe(1);
  });

  test('fails at once on what time does not cure, with a message that says what and why', async () => {
    const { root } = makePodWithStore({ db: { user: canary } });
    const agent = new AgentProcess('run', { root, plan });
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(root)).toBe(
      'Keyferry cannot fetch what this pod needs\n' +
        'db/password (key "db" of SecretStore/files): not_found: the secret has no property "password"',
    );
    expect(agent.output).toContain('not_found');
    expect(agent.output).not.toContain(canary);
  });

  test('gives up at the start timeout', async () => {
    const { root } = makePodWithStore();
    const agent = new AgentProcess('run', { root, plan: { ...plan, startTimeoutSeconds: 1 } });
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(root)).toMatch(
      /^Keyferry has no secrets after 1 s\ndb\/password \(key "db" of SecretStore\/files\): unavailable: /,
    );
  });

  test('killed and started again while the store is gone has what it had', async () => {
    const { root, folder } = makePodWithStore({ db: { password: canary } });
    const first = new AgentProcess('run', { root, plan });
    await first.logged('ready');
    expect(await first.kill('SIGKILL')).toBe('SIGKILL');
    rmSync(join(root, 'store'), { recursive: true });
    const second = new AgentProcess('run', { root, plan });
    await second.logged('ready');
    await second.logged('nothing stands at the path');
    expect(visibleFiles(folder)).toEqual({ 'db/password': canary });
    expect(await second.kill()).toBe(0);
  });

  test('keeps itself to itself', async () => {
    const { root } = makePodWithStore({ db: { password: canary } });
    const agent = new AgentProcess('run', { root, plan });
    await agent.logged('ready');
    expect(readFileSync(`/proc/${agent.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
    expect(readFileSync(`/proc/${agent.pid}/status`, 'utf8')).toMatch(/^Umask:\s+0077$/m);
    expect(statSync(join(root, 'keyferry/state/state.json')).mode & 0o777).toBe(0o600);
    agent.signal('SIGUSR1');
    await agent.logged('ready');
    expect(await agent.kill()).toBe(0);
    expect(agent.errors).not.toContain('Debugger');
  });
});

describe('init and refresh', () => {
  test('hand on: refresh has what init read, without a read of its own', async () => {
    const { root, folder, write } = makePodWithStore({ db: { password: canary } });
    const pair = { ...plan, lifecycle: 'init+sidecar' as const, sources: [sourceOf('db')] };
    const init = new AgentProcess('init', { root, plan: pair });
    expect(await init.exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({ 'db/password': canary });

    write({ db: { password: 'next' } });
    const refresh = new AgentProcess('refresh', { root, plan: pair });
    await refresh.logged('ready');
    expect(refresh.output).toContain('went on from the state file');
    expect(visibleFiles(folder)).toEqual({ 'db/password': canary });
    expect(await refresh.kill()).toBe(0);
  });

  test('refresh alone fails on what time does not cure', async () => {
    const { root } = makePodWithStore({});
    const refresh = new AgentProcess('refresh', { root, plan: { ...plan, lifecycle: 'sidecar' } });
    expect(await refresh.exit()).toBe(1);
    expect(terminationMessageIn(root)).toContain('not_found');
  });
});

describe('what the agent refuses', () => {
  test.each([
    ['no plan', undefined, ['plan: KEYFERRY_PLAN is not set']],
    ['no JSON', '{', ['plan: not JSON']],
    ['another version', JSON.stringify({ ...plan, version: 2 }), ['version: ']],
    [
      'several mistakes',
      JSON.stringify({ ...plan, port: -1, extra: 1, files: [] }),
      ['port: ', 'files: ', '"extra"'],
    ],
    [
      'paths that leave the volume',
      JSON.stringify({ ...plan, files: [fileAt('../a'), fileAt('/b')] }),
      ['files.0.path: "../a" has the segment ".."', 'files.1.path: "/b" is absolute'],
    ],
  ])('%s', async (_what, text, expected) => {
    const { root, folder } = makePodWithStore({});
    const agent = new AgentProcess('run', { root, plan: text });
    expect(await agent.exit()).toBe(1);
    const message = terminationMessageIn(root);
    expect(message).toMatch(/^Keyferry cannot use the plan in KEYFERRY_PLAN\n/);
    for (const part of expected) expect(message).toContain(part);
    expect(visibleFiles(folder)).toEqual({});
  });

  test.each(['', 'stop', 'constructor'])('the mode "%s"', async (mode) => {
    const { root } = makePodWithStore({});
    const agent = new AgentProcess(mode, { root, plan });
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(root)).toBe(
      "Keyferry's agent takes one of init, run, refresh, wait as its argument",
    );
  });

  test('options of Node that could expose secrets', async () => {
    const { root, folder } = makePodWithStore({ db: { password: canary } });
    const environment = {
      NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2 --max-old-space-size=100',
      NODE_DEBUG: 'x',
    };
    const agent = new AgentProcess('run', { root, plan, environment });
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(root)).toBe(
      'Keyferry does not start with options that could expose secrets\n--heapsnapshot-signal\nNODE_DEBUG',
    );
    expect(visibleFiles(folder)).toEqual({});
  });

  test('no termination log is no reason to fail differently', async () => {
    const { root } = makePodWithStore({});
    rmSync(join(root, 'dev'), { recursive: true });
    const agent = new AgentProcess('run', { root, plan });
    expect(await agent.exit()).toBe(1);
    expect(agent.output).toContain('"terminationMessage":"ENOENT"');
  });
});
