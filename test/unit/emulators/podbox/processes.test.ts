import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Container, PodSpec } from '../../../emulators/podbox/manifest/pod-types.ts';
import type { Podbox } from '../../../emulators/podbox/podbox.ts';
import type { Image } from '../../../emulators/podbox/types.ts';
import { container, isRoot, makePodbox, pod, serve } from './support.ts';

let podbox: Podbox | undefined;
afterEach(async () => {
  await podbox?.close();
  podbox = undefined;
});

const asRoot = isRoot ? test : test.skip;

/** Runs one container to its end and returns what it wrote. */
const outputOf = async (
  app: Container,
  spec: Partial<PodSpec> = {},
  images: Record<string, Image> = { node: {} },
): Promise<string> => {
  podbox = await makePodbox({ images });
  await podbox.run(pod([app], { restartPolicy: 'Never', ...spec }));
  const { log } = await podbox.until('payments', ({ status }) => /Succeeded|Failed/.test(status.phase));
  return log('app');
};

describe('the environment', () => {
  test('is what the manifest sets, and three variables more', async () => {
    const env = [
      { name: 'PLAIN', value: 'a' },
      { name: 'BOTH', value: '$(PLAIN) $(MISSING) $$(PLAIN) $(LATER)' },
      { name: 'LATER', value: 'z' },
      { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
      { name: 'ACCOUNT', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'NOTE', valueFrom: { fieldRef: { fieldPath: `metadata.annotations['a.example/b']` } } },
    ];
    const seen = JSON.parse(
      await outputOf(container('app', 'console.log(JSON.stringify(process.env))', { env })),
    ) as Record<string, string>;
    expect(seen).toEqual({
      PLAIN: 'a',
      BOTH: 'a $(MISSING) $(PLAIN) $(LATER)',
      LATER: 'z',
      NAME: 'payments',
      UID: 'uid-1',
      ACCOUNT: 'default',
      IP: '127.0.0.1',
      NOTE: '',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: 'payments',
      KEYFERRY_ROOT: podbox?.root('payments', 'app'),
    });
  });

  test('expands in commands and arguments too', async () => {
    const app: Container = {
      name: 'app',
      image: 'node',
      command: ['node', '--print'],
      args: [`'$(PLAIN) $$(PLAIN)'`],
      env: [{ name: 'PLAIN', value: 'a' }],
    };
    expect(await outputOf(app)).toBe('a $(PLAIN)\n');
  });
});

describe('images', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podbox-image-'));
  const program = join(folder, 'program.cjs');
  writeFileSync(program, 'console.log(process.argv.slice(2).join(" "), process.cwd())');
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('bring their files to their paths, an entrypoint, and the folder to begin in', async () => {
    const image = { files: { '/opt/app/main.cjs': program }, entrypoint: ['node', '/opt/app/main.cjs'] };
    const output = await outputOf(
      { name: 'app', image: 'demo/app', args: ['one', '/opt/app/main.cjs'], workingDir: '/srv/work' },
      {},
      { 'demo/app': image },
    );
    const root = podbox?.root('payments', 'app') ?? '';
    expect(output).toBe(`one ${root}/opt/app/main.cjs ${root}/srv/work\n`);
    expect(readFileSync(join(root, '/opt/app/main.cjs'), 'utf8')).toContain('console.log');
  });
});

describe('users', () => {
  const identity = `console.log(process.getuid(), process.getgid(), process.getgroups().sort((a, b) => a - b).join())`;

  asRoot('are the manifest’s: the container’s before the pod’s, group 0 where none is set', async () => {
    const securityContext = { runAsUser: 1001 };
    expect(await outputOf(container('app', identity, { securityContext }))).toBe('1001 0 0\n');
  });

  asRoot('have the supplementary groups of the pod and its fsGroup', async () => {
    const securityContext = {
      runAsUser: 1001,
      runAsGroup: 1002,
      fsGroup: 4242,
      supplementalGroups: [3000, 5000],
    };
    expect(await outputOf(container('app', identity), { securityContext })).toBe(
      '1001 1002 1002,3000,4242,5000\n',
    );
  });

  asRoot('are the image’s where the manifest sets none', async () => {
    expect(await outputOf(container('app', identity), {}, { node: { user: 1003, group: 1004 } })).toBe(
      '1003 1004 1004\n',
    );
  });

  asRoot('can start a node that lies where they may not go', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'podbox-closed-'));
    chmodSync(closed, 0o700);
    mkdirSync(join(closed, 'bin'));
    writeFileSync(join(closed, 'bin/node'), '#!/bin/sh\necho "I am $(id -u)"\n', { mode: 0o755 });
    const securityContext = { runAsUser: 1001 };
    const output = await outputOf(
      container('app', '', { securityContext }),
      {},
      { node: { node: join(closed, 'bin/node') } },
    );
    rmSync(closed, { recursive: true });
    expect(output).toBe('I am 1001\n');
  });

  asRoot('may write in volumes in memory, and not touch what is another’s', async () => {
    const code = (text: string): string => `
      const fs = require('node:fs');
      const file = process.env.KEYFERRY_ROOT + '/data/file';
      ${text}
    `;
    podbox = await makePodbox();
    const volumeMounts = [{ name: 'data', mountPath: '/data' }];
    const as = (runAsUser: number): Partial<Container> => ({ volumeMounts, securityContext: { runAsUser } });
    const init = container('init', code(`fs.writeFileSync(file, 'x')`), as(1001));
    const app = container(
      'app',
      code(`try { fs.renameSync(file, file + '2') } catch (e) { console.log(e.code) }`),
      as(1002),
    );
    await podbox.run(
      pod([app], {
        initContainers: [init],
        restartPolicy: 'Never',
        volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }],
      }),
    );
    const { log } = await podbox.until('payments', ({ status }) => status.phase === 'Succeeded');
    expect(log('app')).toBe('EPERM\n');
  });

  (isRoot ? test.skip : test)('stay podbox’s own without root, and the notes say so', async () => {
    const output = await outputOf(container('app', identity), {
      securityContext: { runAsUser: 1, fsGroup: 2 },
    });
    expect(output).toContain(`${process.getuid?.() ?? ''} `);
    expect(podbox?.notes).toContain('users and groups are not changed: podbox does not run as root');
  });
});

describe('the last words of a container', () => {
  const say = (file: string, log: string): string => `
    require('node:fs').writeFileSync(process.env.KEYFERRY_ROOT + '/dev/termination-log', ${file});
    process.stdout.write(${log});
    process.exitCode = 1;
  `;
  const messageOf = async (code: string, more: Partial<Container> = {}): Promise<string | undefined> => {
    await outputOf(container('app', code, more));
    return podbox?.view('payments').container('app').state.terminated?.message;
  };
  const orLog = { terminationMessagePolicy: 'FallbackToLogsOnError' };

  test('are the end of its termination message file, at most 4096 bytes', async () => {
    expect(await messageOf(say(`'a'.repeat(10) + 'b'.repeat(4096)`, `'log'`), orLog)).toBe('b'.repeat(4096));
  });

  test('are the end of its log where it failed without a message and the policy says so', async () => {
    const lines = `Array.from({ length: 100 }, (_, i) => 'line ' + i).join('\\n') + '\\n'`;
    const message = await messageOf(say(`''`, lines), orLog);
    expect(message?.split('\n').slice(0, 2)).toEqual(['line 20', 'line 21']);
    expect(message?.endsWith('line 99\n')).toBe(true);
  });

  test('are at most 2048 bytes of the log', async () => {
    expect(await messageOf(say(`''`, `'a'.repeat(3000) + 'b'`), orLog)).toBe(`${'a'.repeat(2047)}b`);
  });

  test('are none without the policy, or after success', async () => {
    expect(await messageOf(say(`''`, `'log'`))).toBeUndefined();
    await podbox?.close();
    expect(await messageOf(`console.log('fine')`, orLog)).toBeUndefined();
  });

  test('share 12 KiB between all containers of the pod', async () => {
    podbox = await makePodbox();
    const many = Array.from({ length: 6 }, (_, index) =>
      container(`app-${index}`, say(`'a'.repeat(5000)`, `''`)),
    );
    await podbox.run(pod(many, { restartPolicy: 'Never' }));
    const { container: of } = await podbox.until('payments', ({ status }) => status.phase === 'Failed');
    expect(of('app-0').state.terminated?.message).toHaveLength(2048);
  });
});

test('closing podbox ends every process and removes every folder', async () => {
  const box = await makePodbox();
  await box.run(pod([container('app', `process.on('SIGTERM', () => {}); ${serve}`)]));
  await box.until('payments', ({ log }) => log('app') !== '');
  const root = box.root('payments', 'app');
  await box.close();
  expect(box.status('payments').containerStatuses[0]?.state.terminated?.exitCode).toBe(137);
  expect(() => readFileSync(root)).toThrow('ENOENT');
});
