import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Podbox } from '../../../emulators/podbox/podbox.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { container, hook, makePodbox, pod, serve, sidecar } from './support.ts';

let clock: ManualClock;
let podbox: Podbox;
beforeEach(async () => {
  clock = new ManualClock();
  podbox = await makePodbox({ clock });
});
afterEach(async () => {
  await podbox.close();
});

const crash = `console.log('run'); process.exit(1);`;

/** Waits for the state in which a container rests before it is restarted. */
const backedOff = async (name: string, seconds: number): Promise<void> => {
  await podbox.until('payments', (view) => {
    const { waiting } = view.container(name).state;
    return (
      waiting?.reason === 'CrashLoopBackOff' && (waiting.message ?? '').startsWith(`back-off ${seconds}s`)
    );
  });
};

describe('restarts', () => {
  test('come at once after the first end, then after 10 s, 20 s and so on', async () => {
    await podbox.run(pod([container('app', crash)]));
    await backedOff('app', 10);
    const { container: of, status } = podbox.view('payments');
    expect(of('app').restartCount).toBe(1);
    expect(of('app').lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(status.phase).toBe('Running');
    await clock.advance(9_999);
    expect(podbox.view('payments').container('app').restartCount).toBe(1);
    await clock.advance(1);
    await backedOff('app', 20);
    await clock.advance(20_000);
    await backedOff('app', 40);
    expect(podbox.logs('payments', 'app')).toBe('run\n'.repeat(4));
    expect(podbox.logs('payments', 'app', 0)).toBe('run\n');
    expect(podbox.events('payments').map(({ reason }) => reason)).toContain('BackOff');
  });

  test('follow a container that was killed, whose exit code says the signal', async () => {
    await podbox.run(pod([container('app', serve)]));
    await podbox.until('payments', ({ log }) => log('app') === 'up\n');
    podbox.kill('payments', 'app');
    const { container: of } = await podbox.until('payments', ({ log }) => log('app') === 'up\nup\n');
    expect(of('app')).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'Error' } },
    });
  });

  test('come after success too under Always, and not under OnFailure', async () => {
    const codes = [container('done', 'process.exit(0)'), container('fails', crash)];
    await podbox.run(pod(codes, { restartPolicy: 'OnFailure' }));
    await backedOff('fails', 10);
    const { container: of } = await podbox.until(
      'payments',
      (view) => view.container('done').state.terminated !== undefined,
    );
    expect(of('done')).toMatchObject({ restartCount: 0, state: { terminated: { reason: 'Completed' } } });
    await podbox.delete('payments');
    await podbox.run(pod(codes));
    await backedOff('done', 10);
  });

  test('a plain init container is retried until it succeeds, and the apps wait', async () => {
    const code = `process.exit(require('node:fs').existsSync(process.env.KEYFERRY_ROOT + '/data/ok') ? 0 : 1)`;
    const volumeMounts = [{ name: 'data', mountPath: '/data' }];
    await podbox.run(
      pod([container('app', serve)], {
        initContainers: [
          container('init', code, { volumeMounts }),
          container('after', serve, { volumeMounts }),
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      }),
    );
    await backedOff('init', 10);
    expect(podbox.status('payments').phase).toBe('Pending');
    expect(podbox.view('payments').container('app').state.waiting?.reason).toBe('PodInitializing');
    writeFileSync(`${podbox.volume('payments', 'data')}/ok`, '');
    await clock.advance(10_000);
    await podbox.until('payments', ({ log }) => log('after') !== '');
    expect(podbox.view('payments').container('init')).toMatchObject({ ready: true, restartCount: 2 });
  });

  test('a sidecar restarts even under Never, while the app runs on', async () => {
    await podbox.run(
      pod([container('app', serve)], { initContainers: [sidecar('agent')], restartPolicy: 'Never' }),
    );
    await podbox.until('payments', ({ log }) => log('app') !== '' && log('agent') !== '');
    podbox.kill('payments', 'agent', 'SIGTERM');
    const { container: of } = await podbox.until('payments', ({ log }) => log('agent') === 'up\ndown\nup\n');
    expect(of('agent')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
    expect(of('app').restartCount).toBe(0);
  });
});

describe('hooks', () => {
  const failing = hook(`console.log('out'); console.error('no such key'); process.exit(4)`);

  test('one that fails takes its container with it, and the status has what it wrote', async () => {
    await podbox.run(pod([container('app', serve)], { initContainers: [sidecar('agent', serve, failing)] }));
    const { container: of } = await podbox.until(
      'payments',
      (view) => view.container('agent').state.waiting?.reason === 'PostStartHookError',
    );
    const message = of('agent').state.waiting?.message ?? '';
    expect(message).toMatch(
      /^Exec lifecycle hook \(\[node --eval .*\]\) for Container "agent" in Pod "payments_shop\(uid-1\)" failed - error: command '.*' exited with 4: no such key\n, message: "out\\nno such key\\n"$/s,
    );
    expect(of('agent').lastState.terminated?.reason).toMatch(/Completed|Error/);
    await backedOff('agent', 10);
    expect(podbox.view('payments').container('app').restartCount).toBe(0);
    expect(podbox.events('payments')).toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        reason: 'FailedPostStartHook',
        message: 'out\nno such key\n',
        container: 'agent',
      }),
    );
  });

  test('the output of one that succeeds is an event', async () => {
    await podbox.run(pod([container('app', serve, hook(`console.log('ready')`))]));
    const { events } = await podbox.until('payments', ({ ready }) => ready);
    expect(events).toContainEqual(expect.objectContaining({ reason: 'PostStartHook', message: 'ready\n' }));
  });

  test('the end of the container is the end of its hook', async () => {
    const endless = hook('setInterval(() => {}, 1000)');
    await podbox.run(pod([container('app', serve, endless)]));
    await podbox.until('payments', ({ log }) => log('app') !== '');
    podbox.kill('payments', 'app');
    const { container: of } = await podbox.until(
      'payments',
      (view) => view.container('app').state.waiting?.reason === 'PostStartHookError',
    );
    expect(of('app').state.waiting?.message).toContain('exited with 137');
  });
});

/** Whether a process has ended; one that nobody has asked about yet is left as a zombie. */
const isGone = (pid: number): boolean => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

/** Resolves once a process that was killed has ended, which the kernel does in its own time. */
const hasGone = async (pid: number): Promise<void> => {
  expect(pid).toBeGreaterThan(1);
  while (!isGone(pid)) await new Promise((resolve) => setImmediate(resolve));
};

test('the end of a container is the end of all that it started', async () => {
  const code = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    child.on('spawn', () => { console.log('child ' + child.pid); process.exit(0); });
  `;
  await podbox.run(pod([container('app', code)], { restartPolicy: 'Never' }));
  const { log } = await podbox.until('payments', ({ status }) => status.phase === 'Succeeded');
  await hasGone(Number(/child (\d+)/.exec(log('app'))?.[1]));
});

describe('the grace period', () => {
  const stubborn = `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up');`;

  test('ends in SIGKILL, for what the container started too', async () => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' }).on('spawn', function () { console.log('child ' + this.pid); });`;
    await podbox.run(pod([container('app', `${stubborn} ${child}`)]));
    const { log } = await podbox.until('payments', (view) => /child \d+/.test(view.log('app')));
    const pid = Number(/child (\d+)/.exec(log('app'))?.[1]);
    const deleted = podbox.delete('payments', 5);
    await podbox.until('payments', (view) => view.log('app').endsWith('no\n'));
    await clock.advance(4_999);
    expect(podbox.pid('payments', 'app')).toBeDefined();
    await clock.advance(1);
    const status = await deleted;
    expect(status.containerStatuses[0]?.state.terminated?.exitCode).toBe(137);
    await hasGone(pid);
  });

  test('is shared: a sidecar gets what the app left, at least 2 s', async () => {
    await podbox.run(
      pod([container('app', stubborn)], {
        initContainers: [sidecar('agent', stubborn)],
        terminationGracePeriodSeconds: 3,
      }),
    );
    await podbox.until('payments', ({ log }) => log('app') !== '' && log('agent') !== '');
    const deleted = podbox.delete('payments');
    await podbox.until('payments', ({ log }) => log('app').endsWith('no\n'));
    expect(podbox.logs('payments', 'agent')).toBe('up\n');
    await clock.advance(3_000);
    await podbox.until('payments', ({ log }) => log('agent').endsWith('no\n'));
    await clock.advance(1_999);
    expect(podbox.pid('payments', 'agent')).toBeDefined();
    await clock.advance(1);
    await deleted;
  });
});

test('a program that is not there is a StartError, tried again like a crash', async () => {
  await podbox.run(pod([{ name: 'app', image: 'node', command: ['/no/such/program'] }]));
  await backedOff('app', 10);
  expect(podbox.view('payments').container('app').lastState.terminated).toMatchObject({
    exitCode: 128,
    reason: 'StartError',
    message: expect.stringContaining('exec: "/no/such/program": executable file not found'),
  });
});

test('runAsNonRoot is checked before anything starts', async () => {
  await podbox.run(pod([container('app', serve, { securityContext: { runAsNonRoot: true } })]));
  const { container: of } = await podbox.until(
    'payments',
    (view) => view.container('app').state.waiting?.reason === 'CreateContainerConfigError',
  );
  expect(of('app').state.waiting?.message).toBe('container has runAsNonRoot and image will run as root');
});
