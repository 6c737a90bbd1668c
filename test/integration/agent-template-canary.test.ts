import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { buildAgent, type Bundle } from '../support/agent/bundle.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { planOf, sourceOf } from '../support/agent/plans.ts';
import {
  AgentProcess,
  killAgents,
  makePodWithStore,
  terminationMessageIn,
} from '../support/agent/process.ts';
import {
  externalSecretAt,
  refOf,
  setOf,
  templateAt,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { leaksOf, makeCanary } from '../support/canary.ts';
import { until } from '../support/until.ts';

let bundle: Bundle;
let program: string;

beforeAll(() => {
  bundle = buildAgent();
  ({ program } = bundle);
});
afterAll(() => {
  bundle.remove();
});
afterEach(() => {
  killAgents();
  removeFolders();
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const get = (port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        resolve(text);
      });
    })
      .on('error', reject)
      .end();
  });

describe('templates that fail', () => {
  /** Each fails at a value that it must not tell. */
  const failing = [
    '{{ .user.x }}',
    '{{ range .user }}{{ end }}',
    '{{ index .user 99999 }}',
    '{{ .user | b64dec | fail }}',
    '{{ .user | fromJson }}{{ .missing }}',
    '{{ .user | mustFromJson }}{{ .missing }}',
    '{{ .user | atoi | fail }}{{ .missing }}',
    '{{ slice .user 9999 }}',
    '{{ call .user }}',
    '{{ template "x" }}',
    '{{ .user | mustToDate "2006" }}{{ .missing }}',
    '{{ regexMatch .user "x" }}{{ mustRegexMatch (printf "(%s" .user) "x" }}',
    '{{ .user | fromYaml }}{{ .missing }}',
    '{{ fail .user }}',
  ];

  test.each(failing)('%s tells no value at the start', async (text) => {
    const [user, password] = [makeCanary(), makeCanary()];
    const { root } = makePodWithStore({ db: { user, password } });
    const plan = planOf({
      sources: [sourceOf('db')],
      files: [externalSecretAt({ sets: [setOf()], templates: [valuesTemplate('c', text)] })],
    });
    const agent = new AgentProcess('init', { root, plan, program });
    expect(await agent.exit()).toBe(1);
    const message = terminationMessageIn(root);
    expect(leaksOf([user, password], { message, output: agent.output, errors: agent.errors })).toEqual([]);
    expect(message).toContain('ExternalSecret "app": template "c": template: c:1:');
  });

  test('tell none while the agent runs: in the log, /status and /metrics', async () => {
    const canaries = [makeCanary(), makeCanary()];
    const [user] = canaries;
    const port = await freePort();
    const { root, folder, write } = makePodWithStore({ db: { user: 'ok', number: 'x' } });
    const plan = planOf({
      port,
      sources: [sourceOf('db', { intervalSeconds: 3_600 })],
      files: [
        externalSecretAt({
          sets: [setOf()],
          templates: [valuesTemplate('c', '{{ if ne .user "ok" }}{{ .user.x }}{{ end }}{{ .number }}')],
        }),
        templateAt('d', '{{ (secretData "db").number }}', [refOf('db')]),
      ],
    });
    const agent = new AgentProcess('run', { root, plan, program });
    await agent.logged('ready');
    const state = join(root, 'keyferry/state/state.json');
    await until(() => readFileSync(state, 'utf8').includes('forceSync'), 'that it follows force-sync');
    write({ db: { user, number: canaries[1] } });
    writeFileSync(join(root, 'keyferry/identity/force-sync'), 'now');
    await until(() => agent.output.includes('"code":"invalid"'), 'the failure');
    const status = await get(port, '/status');
    expect(JSON.parse(status)).toMatchObject({ refs: [{ stale: true }, { stale: true }] });
    const metrics = await get(port, '/metrics');
    expect(metrics).toMatch(/keyferry_stale_refs 2/);
    expect(leaksOf(canaries, { status, metrics, output: agent.output, errors: agent.errors })).toEqual([]);
    expect(visibleFiles(folder)).toMatchObject({ 'app/c': 'x', d: 'x' });
    expect(await agent.kill()).toBe(0);
  });
});
