import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Podbox } from '../../../emulators/podbox/podbox.ts';
import { container, hook, makePodbox, pod, serve, sidecar } from './support.ts';

let podbox: Podbox;
let journal: string;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podbox-test-'));
  journal = join(folder, 'journal');
  appendFileSync(journal, '');
  podbox = await makePodbox();
});
afterEach(async () => {
  await podbox.close();
  rmSync(folder, { recursive: true });
});

/** Code that leaves a line in the journal. */
const note = (line: string): string =>
  `require('node:fs').appendFileSync(${JSON.stringify(journal)}, ${JSON.stringify(`${line}\n`)});`;
const lines = (): string[] => readFileSync(journal, 'utf8').trim().split('\n');
const server = (name: string): string =>
  `process.on('SIGTERM', () => { ${note(`${name} down`)} process.exit(0); });
   ${note(`${name} up`)} setInterval(() => {}, 1000); console.log('up');`;

/** A hook that passes as soon as the journal has a line, which is when the container can take SIGTERM. */
const afterLine = (line: string): ReturnType<typeof hook> =>
  hook(`setInterval(() => {
    if (require('node:fs').readFileSync(${JSON.stringify(journal)}, 'utf8').includes(${JSON.stringify(line)})) process.exit(0);
  }, 10)`);

describe('the order of a pod', () => {
  test('init containers one by one, sidecars up to their hook, then the apps', async () => {
    const init = [
      container('first', note('first')),
      sidecar('agent', server('agent'), hook(`setTimeout(() => { ${note('hook')} }, 150)`)),
      container('second', note('second')),
    ];
    await podbox.run(pod([container('app', server('app'))], { initContainers: init }));
    await podbox.until('payments', ({ ready, log }) => ready && log('app') !== '');
    expect(lines()).toEqual(['first', 'agent up', 'hook', 'second', 'app up']);
    await podbox.delete('payments');
    expect(lines().slice(5)).toEqual(['app down', 'agent down']);
  });

  test('before the hook of a sidecar has passed nothing after it runs, and the pod is pending', async () => {
    const gate = join(folder, 'gate');
    const wait = `const fs = require('node:fs'); setInterval(() => { if (fs.existsSync(${JSON.stringify(gate)})) process.exit(0); }, 10);`;
    await podbox.run(
      pod([container('app', serve)], { initContainers: [sidecar('agent', serve, hook(wait))] }),
    );
    const before = await podbox.until('payments', ({ log }) => log('agent') !== '');
    expect(before.status.phase).toBe('Pending');
    expect(before.container('agent')).toMatchObject({ ready: false, started: false, restartCount: 0 });
    expect(before.container('agent').state.running).toBeDefined();
    expect(before.container('app').state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(before.status.conditions[0]).toEqual({
      type: 'Initialized',
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [agent]',
    });
    appendFileSync(gate, '');
    const after = await podbox.until('payments', ({ ready }) => ready);
    expect(after.status.phase).toBe('Running');
    expect(after.status.conditions.map(({ type, status }) => [type, status])).toEqual([
      ['Initialized', 'True'],
      ['Ready', 'True'],
      ['ContainersReady', 'True'],
      ['PodScheduled', 'True'],
    ]);
  });

  test('a Job: when the apps have ended, sidecars end in reverse order and the pod has succeeded', async () => {
    const init = [
      sidecar('one', server('one'), afterLine('one up')),
      sidecar('two', server('two'), afterLine('two up')),
    ];
    await podbox.run(pod([container('app', note('app'))], { initContainers: init, restartPolicy: 'Never' }));
    const { status, container: of } = await podbox.until(
      'payments',
      ({ status: { phase } }) => phase === 'Succeeded',
    );
    expect(lines()).toEqual(['one up', 'two up', 'app', 'two down', 'one down']);
    expect(of('app').state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(of('two').state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(status.conditions[1]).toEqual({ type: 'Ready', status: 'False', reason: 'PodCompleted' });
  });

  test('a Job whose app fails has failed', async () => {
    await podbox.run(pod([container('app', 'process.exit(3)')], { restartPolicy: 'Never' }));
    const { container: of } = await podbox.until('payments', ({ status }) => status.phase === 'Failed');
    expect(of('app').state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  });

  test('an init container that fails under restartPolicy Never fails the pod, and the sidecar before it ends', async () => {
    const init = [
      sidecar('agent', server('agent'), afterLine('agent up')),
      container('migrate', 'process.exit(7)'),
    ];
    await podbox.run(pod([container('app', note('app'))], { initContainers: init, restartPolicy: 'Never' }));
    const { container: of } = await podbox.until(
      'payments',
      (view) => view.status.phase === 'Failed' && view.container('agent').state.terminated !== undefined,
    );
    expect(of('migrate').state.terminated).toMatchObject({ exitCode: 7 });
    expect(of('app').state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(lines()).toEqual(['agent up', 'agent down']);
  });

  test('deletion waits for a hook that runs', async () => {
    const gate = join(folder, 'gate');
    const wait = `const fs = require('node:fs'); console.log('hook'); setInterval(() => { if (fs.existsSync(${JSON.stringify(gate)})) { ${note('hook')} process.exit(0); } }, 10);`;
    await podbox.run(
      pod([container('app', note('app'))], {
        initContainers: [sidecar('agent', server('agent'), hook(wait))],
      }),
    );
    await podbox.until('payments', ({ log }) => log('agent') !== '');
    const deleted = podbox.delete('payments', 0);
    appendFileSync(gate, '');
    await deleted;
    expect(lines()).toEqual(['agent up', 'hook', 'agent down']);
  });

  test('the volumes are gone after deletion, and the last status can still be read', async () => {
    await podbox.run(
      pod([container('app', serve, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })], {
        volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }],
      }),
    );
    await podbox.until('payments', ({ log }) => log('app') !== '');
    const volume = podbox.volume('payments', 'data');
    expect(existsSync(volume)).toBe(true);
    await podbox.delete('payments');
    expect(existsSync(volume)).toBe(false);
    expect(podbox.status('payments').containerStatuses[0]?.state.terminated?.exitCode).toBe(0);
    await podbox.run(pod([container('app', serve)]));
  });
});
