import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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
import { visibleFiles } from '../support/agent/volume.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

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
});
