import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlanStore } from '../../lib/plan.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import {
  AgentProcess,
  killAgents,
  makePodWithStore,
  terminationMessageIn,
} from '../support/agent/process.ts';
import { refOf, templateAt } from '../support/agent/template-plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';

const repository = join(import.meta.dirname, '../..');

let output: string;
let program: string;

beforeAll(() => {
  output = mkdtempSync(join(tmpdir(), 'keyferry-bundle-'));
  execFileSync(process.execPath, ['scripts/build.mjs', 'agent', `--output=${output}`], { cwd: repository });
  program = join(output, 'agent.cjs');
});
afterAll(() => {
  rmSync(output, { recursive: true });
});
afterEach(() => {
  killAgents();
  removeFolders();
});

const plan = planOf({
  sources: [sourceOf('db')],
  files: [fileAt('db', { kind: 'extract' })],
});
const vaultStore = {
  name: 'vault',
  kind: 'SecretStore' as const,
  provider: {
    type: 'vault' as const,
    server: 'http://127.0.0.1:1',
    allowHttp: true,
    path: 'kv',
    kvVersion: 'v2' as const,
    auth: { method: 'jwt' as const, mountPath: 'jwt', role: 'api', token: 'vault' },
  },
};

const awsStore: PlanStore = {
  name: 'aws',
  kind: 'SecretStore',
  provider: {
    type: 'aws',
    region: 'eu-central-1',
    allowHttp: false,
    prefix: '',
    auth: { token: 'sts', podIdentity: true, roles: [], sessionName: 'keyferry' },
  },
};

/** The bundle with a part of it spoilt, so that it ends badly where that part is as much as parsed. */
const spoil = (...sections: string[]): string => {
  const text = sections.reduce(
    (before, section) => {
      const after = before.replace(
        new RegExp(`("\\./${section}-\\w+\\.js":\\(\\)=>\\{/\\*)`, 'g'),
        '$1 )spoilt( ',
      );
      expect(after).not.toBe(before);
      return after;
    },
    readFileSync(program, 'utf8'),
  );
  const path = join(output, `without-${sections.join('-')}.cjs`);
  writeFileSync(path, text);
  return path;
};

describe('the one file of the agent', () => {
  test('does what the sources do', async () => {
    const { root, folder } = makePodWithStore({ db: { user: 'u', password: 'p' } });
    const agent = new AgentProcess('run', { root, plan, program });
    const waiting = new AgentProcess('wait', { root, plan, program });
    expect(await waiting.exit()).toBe(0);
    await agent.logged('ready');
    expect(visibleFiles(folder)).toEqual({ 'db/password': 'p', 'db/user': 'u' });
    expect(await agent.kill()).toBe(0);
    expect([agent.errors, waiting.errors]).toEqual(['', '']);
  });

  test('reads YAML', async () => {
    const { root, folder } = makePodWithStore();
    writeFileSync(join(root, 'store/files.yaml'), 'db: {port: 1.10}\n');
    const provider = { type: 'file' as const, path: '/store/files.yaml', root: '/store' };
    const stores = [{ name: 'files', kind: 'SecretStore' as const, provider }];
    expect(await new AgentProcess('init', { root, plan: { ...plan, stores }, program }).exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({ 'db/port': '1.10' });
  });

  test('loads nothing that the plan does not need', async () => {
    const { root, folder } = makePodWithStore({ db: { user: 'u' } });
    const lean = spoil('open', 'parse-yaml', 'instruments', 'server');
    expect(await new AgentProcess('init', { root, plan, program: lean }).exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({ 'db/user': 'u' });
    expect(await new AgentProcess('wait', { root, plan, program: spoil('start') }).exit()).toBe(0);

    // The same is not so where the plan does.
    const vaultPlan = { ...plan, stores: [vaultStore], startTimeoutSeconds: 1 };
    const vault = makePodWithStore();
    expect(await new AgentProcess('init', { root: vault.root, plan: vaultPlan, program: lean }).exit()).toBe(
      1,
    );
    expect(terminationMessageIn(vault.root)).toContain('the provider failed unexpectedly');
  });

  test('loads Vault where the plan needs it', async () => {
    const { root } = makePodWithStore();
    const vaultPlan = { ...plan, stores: [vaultStore], startTimeoutSeconds: 1 };
    expect(await new AgentProcess('init', { root, plan: vaultPlan, program }).exit()).toBe(1);
    const message = terminationMessageIn(root);
    expect(message).toContain('SecretStore/vault');
    expect(message).not.toContain('unexpectedly');
  });

  test('loads AWS where the plan needs it, and only there', async () => {
    const without = join(output, 'without-aws.cjs');
    const text = readFileSync(program, 'utf8');
    const spoilt = text.replace(
      /("\.\/[\w-]+\.js":\(\)=>\{\/\*)([^]*?\*\/\})/g,
      (section, head: string, body: string) =>
        body.includes('AssumeRoleWithWebIdentity') ? `${head} )spoilt( ${body}` : section,
    );
    expect(spoilt).not.toBe(text);
    writeFileSync(without, spoilt);
    const failureOf = async (store: PlanStore, agent: string): Promise<string> => {
      const { root } = makePodWithStore();
      const startPlan = { ...plan, stores: [store], startTimeoutSeconds: 1 };
      expect(await new AgentProcess('init', { root, plan: startPlan, program: agent }).exit()).toBe(1);
      return terminationMessageIn(root);
    };
    expect(await failureOf(vaultStore, without)).not.toContain('unexpectedly');
    expect(await failureOf(awsStore, without)).toContain('the provider failed unexpectedly');
    expect(await failureOf(awsStore, program)).toContain('there is no AWS identity for this pod');
  });

  const templateCalls = [
    '{{ secret "db#user" }} {{ date "2006" (int64 0) }}',
    '{{ regexFind "[0-9]+" "a12b" }}',
    '{{ (urlParse "http://host:80/").hostname }}',
    '{{ semverCompare "^1.2" "1.3.0" }}',
    '{{ toYaml (dict "a" (list 1 2)) }}',
    '{{ htpasswd "u" "p" "sha" }} {{ bcrypt "p" | len }}',
    '{{ $c := genCAWithKey "ca" 1 (genPrivateKey "ecdsa") }}{{ regexFind "BEGIN CERTIFICATE" $c.Cert }}',
    '{{ filterPEM "CERTIFICATE" "" }}',
    '{{ $c := genCAWithKey "ca" 1 (genPrivateKey "ecdsa") }}{{ pemToPkcs12 $c.Cert $c.Key | b64dec | pkcs12cert | eq $c.Cert }}',
  ];
  const planWithTemplate = planOf({
    sources: [sourceOf('db')],
    files: [templateAt('made', templateCalls.join('\n'), [refOf('db#user', { property: 'user' })])],
  });
  /** The bundle with every part spoilt that has one of these texts in it. */
  const spoilContaining = (name: string, texts: readonly string[]): string => {
    const text = readFileSync(program, 'utf8');
    const path = join(output, `without-${name}.cjs`);
    const spoilt = text.replace(
      /("\.\/[\w-]+\.js":\(\)=>\{\/\*)([^]*?\*\/\})/g,
      (section, head: string, body: string) =>
        texts.some((part) => body.includes(part)) ? `${head} )spoilt( ${body}` : section,
    );
    expect(spoilt).not.toBe(text);
    writeFileSync(path, spoilt);
    return path;
  };

  test('has the functions of templates, with their libraries', async () => {
    const { root, folder } = makePodWithStore({ db: { user: 'u' } });
    expect(await new AgentProcess('init', { root, plan: planWithTemplate, program }).exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({
      made: [
        'u 1970',
        '12',
        'host',
        'true',
        'a:\n- 1\n- 2',
        'u:{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k= 60',
        'BEGIN CERTIFICATE',
        '',
        'true',
      ].join('\n'),
    });
  });

  test.each([
    ['re2js', ['RE2JSSyntaxException']],
    ['bcryptjs', ['gensalt', 'Illegal salt']],
    ['node-forge', ['piTable']],
    ['abbreviations of time zones', ['Europe/Berlin']],
  ])('loads no %s without a template that needs it', async (name, texts) => {
    const without = spoilContaining(name.replaceAll(' ', '-'), texts);
    const { root, folder } = makePodWithStore({ db: { user: 'u' } });
    expect(await new AgentProcess('init', { root, plan, program: without }).exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({ 'db/user': 'u' });
    const other = makePodWithStore({ db: { user: 'u' } });
    expect(
      await new AgentProcess('init', { root: other.root, plan: planWithTemplate, program: without }).exit(),
    ).toBe(1);
  });
});

describe('the code cache beside the agent', () => {
  const environment = { NODE_OPTIONS: '--max-semi-space-size=1', MALLOC_ARENA_MAX: '1' };
  /** Whether V8 says that it took the agent's largest section from the cache; what Node keeps of its own parts is smaller. */
  const isTaken = (agent: string): boolean => {
    const args = ['--profile-deserialization', agent, 'run'];
    const env = { ...environment, KEYFERRY_ROOT: output };
    const { stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    // Far enough: it has loaded what `run` loads, and goes no further with this option.
    expect(stdout).toContain('Keyferry does not start with options that could expose secrets');
    const sizes = [...stdout.matchAll(/^\[Deserializing from (\d+) bytes/gmu)].map(([, size]) =>
      Number(size),
    );
    return sizes.some((size) => size > 100_000);
  };
  const copy = (name: string, cache: Buffer | undefined): string => {
    const path = join(output, `${name}.cjs`);
    copyFileSync(program, path);
    if (cache !== undefined) writeFileSync(join(output, `${name}.cache`), cache);
    return path;
  };
  const cache = (): Buffer => readFileSync(join(output, 'agent.cache'));

  test('is what the sections were compiled to, with the flags of the image', () => {
    expect(isTaken(program)).toBe(true);
  });

  test.each([
    ['none', () => undefined],
    ['an empty one', () => Buffer.alloc(0)],
    ['that of other sections', () => Buffer.concat([Buffer.from('0'.repeat(64)), cache().subarray(64)])],
    ['one cut short', () => cache().subarray(0, 70)],
    ['one that V8 does not take', () => cache().fill(0, 64)],
  ])('%s is no harm', async (name, bytes) => {
    const agent = copy(name.replaceAll(' ', '-'), bytes());
    expect(isTaken(agent)).toBe(false);
    const { root, folder } = makePodWithStore({ db: { user: 'u' } });
    expect(await new AgentProcess('init', { root, plan, program: agent }).exit()).toBe(0);
    expect(visibleFiles(folder)).toEqual({ 'db/user': 'u' });
  });
});
