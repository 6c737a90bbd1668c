import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startKubeApi } from '../emulators/kube-api/kube-api.ts';
import { BrokerProcesses, type BrokerReplica } from '../support/broker/broker-processes.ts';
import { BrokerCaller, readOf, textOf, watchOf } from '../support/broker/caller.ts';
import { KeyferryProcess } from '../support/keyferry-process.ts';
import { until } from '../support/until.ts';

/** The broker as the process that it is in a pod. */

const program = join(import.meta.dirname, '..', '..', 'dist', 'broker.mjs');
const store = { kind: 'ClusterSecretStore', name: 'shared' } as const;

let cluster: BrokerProcesses | undefined;
const open = async (): Promise<BrokerProcesses> => {
  cluster = await BrokerProcesses.start({ secrets: { db: { password: 'hunter2' } } });
  return cluster;
};
const processes: KeyferryProcess[] = [];
afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop('SIGKILL')));
  await cluster?.[Symbol.asyncDispose]();
  cluster = undefined;
});

/** A process that is not expected to become ready. */
const run = (...args: readonly string[]): { readonly process: KeyferryProcess; readonly lines: string[] } => {
  const lines: string[] = [];
  const process = new KeyferryProcess({ program, args, environment: {}, onLine: (line) => lines.push(line) });
  processes.push(process);
  return { process, lines };
};

const ready = async (
  of: BrokerProcesses,
  flags: readonly string[] = [],
  lines: string[] = [],
): Promise<BrokerReplica> => of.add({ flags, onLine: (line) => lines.push(line) });

const caller = async (of: BrokerProcesses, { process }: BrokerReplica): Promise<BrokerCaller> =>
  new BrokerCaller(await process.port, (await of.pod('web')).token);

describe('asked to end', () => {
  test('it tells feeds, answers what is under way and what comes meanwhile, and ends with exit code 0', async () => {
    const world = await open();
    const lines: string[] = [];
    const replica = await ready(world, ['--shutdown-delay', '2s'], lines);
    const pod = await caller(world, replica);
    const feed = await pod.feed(watchOf('db', { store }));
    await feed.next('secret');
    const started = performance.now();
    replica.process.signal('SIGTERM');
    await until(() => lines.some((line) => line.includes('asked to end')), 'the end to begin');
    const answer = await pod.read(readOf('db', { store }));
    expect([answer.status, answer.headers.connection, textOf(answer.results[0])]).toEqual([
      200,
      'close',
      '{"password":"hunter2"}',
    ]);
    const refused = await pod.post('/v1/changes', { version: 1, sources: [watchOf('db', { store })] });
    expect([refused.status, refused.message]).toEqual([503, 'the broker is about to end']);
    await feed.next('end');
    await until(feed.ended, 'the end of the feed');
    expect(await replica.process.exitCode()).toBe(0);
    expect(performance.now() - started).toBeLessThan(20_000);
    pod.close();
  });

  test('before it could start, it ends too', async () => {
    const world = await open();
    world.api.fault = () => ({ kind: 'status', code: 503 });
    const { process, lines } = run(...world.neededFlags);
    await until(() => lines.some((line) => line.includes('"level":"warn"')), 'the first try');
    process.signal('SIGTERM');
    expect(await process.exitCode()).toBe(0);
  });
});

describe('what nobody but the installer can put right ends it', () => {
  test('flags: all problems, exit code 2', async () => {
    const { process, lines } = run(
      '--audit-log',
      'here',
      '--check-peer-address',
      'yes',
      '--credential-dir',
      '/c',
    );
    expect(await process.exitCode()).toBe(2);
    expect(lines).toEqual([
      'keyferry-broker: --credential-dir is not a flag; did you mean --credentials-dir?',
      'keyferry-broker: "/c" is no flag',
      'keyferry-broker: --broker-config is missing; give the file that says what the broker may use',
      'keyferry-broker: --audit-log is "here"; give an absolute path',
      'keyferry-broker: --check-peer-address is "yes"; it takes on or off',
    ]);
  });

  test("the broker's file: all problems with the file's name, exit code 1", async () => {
    const world = await open();
    writeFileSync(world.installFile, 'credentials: 1\nserviceAccounts: 2\n');
    const { process, lines } = run(...world.neededFlags);
    expect(await process.exitCode()).toBe(1);
    const problems = lines
      .filter((line) => line.includes('cannot start'))
      .map((line) => JSON.parse(line) as unknown);
    expect(problems).toEqual([
      expect.objectContaining({
        level: 'error',
        problem: expect.stringMatching(/broker\.yaml: .*credentials/u),
      }),
      expect.objectContaining({
        level: 'error',
        problem: expect.stringMatching(/broker\.yaml: .*serviceAccounts/u),
      }),
    ]);
  });

  test('an audit log that cannot be written: exit code 1', async () => {
    const world = await open();
    const { process, lines } = run(...world.neededFlags, '--audit-log', '/missing/audit.log');
    expect(await process.exitCode()).toBe(1);
    expect(lines.join('\n')).toContain('--audit-log: /missing/audit.log cannot be written: ENOENT');
  });

  test('an API server that is too old: the sentence that says so, exit code 1', async () => {
    const world = await open();
    await using api = await startKubeApi({ version: { major: '1', minor: '29', gitVersion: 'v1.29.4' } });
    const kubeconfig = join(world.folder, 'old');
    writeFileSync(kubeconfig, api.kubeconfig());
    const { process, lines } = run('--kubeconfig', kubeconfig, '--broker-config', world.installFile);
    expect(await process.exitCode()).toBe(1);
    expect(lines.join('\n')).toMatch(/1\.30/u);
  });
});

test('the audit log goes to the file of its flag, a line for each access', async () => {
  const world = await open();
  const file = join(world.folder, 'audit.log');
  const replica = await ready(world, ['--audit-log', file]);
  const pod = await caller(world, replica);
  await pod.read(readOf('db', { store }), readOf('none', { store }));
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { key: string });
  expect(lines.map(({ key }) => key).sort()).toEqual(['db', 'none']);
  expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
  pod.close();
});
