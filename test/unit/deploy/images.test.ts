import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repository } from './manifests.ts';

const read = (file: string): string => readFileSync(join(repository, file), 'utf8');

describe.each([
  [
    'Dockerfile.webhook',
    'webhook.mjs',
    [
      '/usr/share/licenses/keyferry/',
      '/opt/keyferry/node_modules/',
      '/opt/keyferry/bitwarden-sdk.mjs',
      '/opt/keyferry/broker.mjs',
    ],
  ],
  [
    'Dockerfile.agent',
    'agent.cjs',
    ['/usr/share/licenses/keyferry/LICENCES-of-dependencies', '/opt/keyferry/agent.cache'],
  ],
])('%s', (file, program, beside) => {
  const text = read(file);
  const last = text.slice(text.lastIndexOf('\nFROM '));

  test('takes its base images from an argument', () => {
    expect(text).toContain('ARG NODE_IMAGE=node:26-bookworm-slim\n');
    expect([...text.matchAll(/^FROM (\S+)/gmu)].map(([, image]) => image)).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
      'scratch',
    ]);
  });

  test('installs what the lock file says, without running any package’s scripts', () => {
    expect(text).toContain('npm ci --ignore-scripts');
    expect(text).not.toMatch(/npm (install|i) |curl|wget|apt-get/u);
  });

  test('ends in an image that runs one program as nobody, without a shell', () => {
    expect(last).toContain('\nUSER 65532:65532\n');
    expect(last).toMatch(
      new RegExp(`\\nENTRYPOINT \\["node", (".*", )?"/opt/keyferry/${program}"\\]\\n$`, 'u'),
    );
    expect(last).not.toMatch(/^(RUN|CMD|SHELL)/mu);
    expect([...last.matchAll(/^COPY .* (\S+)$/gmu)].map(([, to]) => to)).toEqual([
      '/',
      '/usr/share/licenses/keyferry/',
      ...beside,
      `/opt/keyferry/${program}`,
    ]);
  });
});

test('the agent’s image has what keeps its memory small, and Node takes it', () => {
  const variables = /^ENV (.+)$/mu.exec(read('Dockerfile.agent'))?.[1]?.split(' ');
  expect(variables).toEqual([
    'PATH=/usr/local/bin',
    'NODE_ENV=production',
    'NODE_OPTIONS=--max-semi-space-size=1',
    'MALLOC_ARENA_MAX=1',
  ]);
  const env = Object.fromEntries((variables ?? []).map((variable) => variable.split(/=(.*)/u)));
  const { status, stderr } = spawnSync(process.execPath, ['-e', '0'], { env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('a build sees what .dockerignore lets in: sources and the lock file, no tests, no working copy', () => {
  const [first, ...others] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  for (const line of others) {
    expect(line).toMatch(
      /^!(agent|broker|certs|lib|providers|webhook|scripts\/[a-z-]+\.mjs|LICENSE|\.npmrc|[a-z-]+\.json)$/u,
    );
    expect([line, existsSync(join(repository, line.slice(1)))]).toEqual([line, true]);
  }
});

describe('make images', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyferry-builders-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A builder that notes its arguments; `works` is what it says when it is asked whether it could build. */
  const install = (name: string, works: boolean): void => {
    const file = join(folder, name);
    const answer = works ? 'exit 0' : 'echo "no engine" >&2; exit 1';
    const script = `#!/bin/sh\ncase "$1" in build) echo "${name} $*" >> "${folder}/calls";; *) ${answer};; esac\n`;
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  };

  const run = (environment: Record<string, string> = {}): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'scripts/images.mjs')], {
      env: { PATH: folder, ...environment },
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };
  const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

  test('passes over a docker client without an engine', () => {
    install('docker', false);
    install('buildah', true);
    expect(run()).toMatchObject({ status: 0 });
    expect(calls()).toEqual([
      'buildah build --layers --timestamp 0 --file Dockerfile.webhook --tag keyferry-webhook:0.1.0 .',
      'buildah build --layers --timestamp 0 --file Dockerfile.agent --tag keyferry-agent:0.1.0 .',
    ]);
  });

  test('passes names, the base image, the time and further arguments on', () => {
    install('docker', true);
    install('podman', true);
    const environment = {
      NODE_IMAGE: 'base.example/node:26',
      WEBHOOK_IMAGE: 'registry.example/webhook:1',
      AGENT_IMAGE: 'registry.example/agent:1',
      BUILD_ARGS: ' --network host  --no-cache ',
      SOURCE_DATE_EPOCH: '1700000000',
      BITWARDEN_SDK: 'no',
    };
    expect(run(environment)).toMatchObject({ status: 0 });
    const common =
      'docker build --build-arg SOURCE_DATE_EPOCH=1700000000 --build-arg NODE_IMAGE=base.example/node:26';
    const further = '--network host --no-cache';
    expect(calls()).toEqual([
      `${common} --build-arg BITWARDEN_SDK=no ${further} --file Dockerfile.webhook --tag registry.example/webhook:1 .`,
      `${common} ${further} --file Dockerfile.agent --tag registry.example/agent:1 .`,
    ]);
  });

  test('takes the builder that it is told', () => {
    install('docker', true);
    install('podman', true);
    expect(run({ IMAGE_BUILDER: 'podman' })).toMatchObject({ status: 0 });
    expect(calls().every((call) => call.startsWith('podman build --timestamp 0 '))).toBe(true);
  });

  test('says of each builder why it does not do', () => {
    install('docker', false);
    const { status, output } = run();
    expect(status).toBe(1);
    expect(output).toBe(
      'make images needs docker, podman or buildah:\n  docker: no engine\n  podman: not installed\n  buildah: not installed\n',
    );
  });

  test('knows no other builder', () => {
    expect(run({ IMAGE_BUILDER: 'kaniko' })).toMatchObject({ status: 1 });
  });
});
