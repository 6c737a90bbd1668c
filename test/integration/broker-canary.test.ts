import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../lib/plan.ts';
import { startBitwardenServer, type BitwardenServer } from '../emulators/bitwarden/server.ts';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';
import { BrokerPod } from '../support/agent/broker-pod.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { AgentProcess, killAgents } from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { BrokerCaller } from '../support/broker/caller.ts';
import { BrokerProcesses, type BrokerReplica } from '../support/broker/broker-processes.ts';
import { planFor } from '../support/broker/outage-world.ts';
import { leaksOf, makeCanary } from '../support/canary.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

/** Values of Vault and Bitwarden, and what the broker and the pods prove themselves with, go through everything and show up in files alone. */
const patience = 120_000;
const program = join(import.meta.dirname, '..', '..', 'dist', 'agent.cjs');
const organizationId = '4f1f7a52-6f0a-4d3c-9c9e-0c8f5a3b7d21';
const projectId = '9b2d8c64-1f35-4c8a-8f53-7a1f0e6d4b90';
const shared = { kind: 'ClusterSecretStore', name: 'shared' } as const;
const mail = { kind: 'ClusterSecretStore', name: 'mail' } as const;

const values = {
  vault: makeCanary(),
  vaultLater: makeCanary(),
  bitwarden: makeCanary(),
  denied: makeCanary(),
};

let bitwarden: BitwardenServer;
let cluster: BrokerProcesses;
let replica: BrokerReplica;
const brokerLines: string[] = [];

beforeAll(async () => {
  bitwarden = await startBitwardenServer({
    setup: {
      organizationId,
      projects: { payments: { id: projectId } },
      secrets: [{ key: 'smtp', value: values.bitwarden, project: 'payments' }],
      machineAccounts: { broker: { projects: ['payments'] } },
    },
  });
  const servers = [bitwarden.apiUrl, bitwarden.identityUrl];
  cluster = await BrokerProcesses.start({
    secrets: { 'payments/db': { password: values.vault }, 'hr/db': { password: values.denied } },
    access: [{ keys: ['payments/*'] }],
    install: {
      credentials: [
        { name: 'bitwarden', servers },
        { name: 'broken', servers },
      ],
    },
  });
  const store = (name: string): Manifest => ({
    apiVersion: 'keyferry.dev/v1beta1',
    kind: 'ClusterSecretStore',
    metadata: { name },
    spec: {
      access: [{ keys: ['smtp'] }],
      provider: {
        bitwardensecretsmanager: {
          apiURL: bitwarden.apiUrl,
          identityURL: bitwarden.identityUrl,
          caBundle: Buffer.from(bitwarden.caPem).toString('base64'),
          organizationID: organizationId,
          projectID: projectId,
          auth: { secretRef: { credentials: { name: name === 'mail' ? 'bitwarden' : name, key: 'token' } } },
        },
      },
    },
  });
  cluster.api.apply(store('mail'), store('broken'));
  for (const [name, token] of [
    ['bitwarden', accessToken()],
    ['broken', `${accessToken()}broken`],
  ] as const) {
    const folder = join(cluster.folder, 'credentials', 'cluster', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'token'), token);
  }
  replica = await cluster.add({
    flags: ['--log-level', 'debug'],
    onLine: (line) => brokerLines.push(line),
  });
}, patience);

afterAll(async () => {
  killAgents();
  removeFolders();
  await cluster[Symbol.asyncDispose]();
  await bitwarden.close();
}, patience);

const accessToken = (): string => bitwarden.accessToken('broker');

const processTexts = (name: string, pid: number): Record<string, string> => ({
  [`${name}'s arguments`]: readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
  [`${name}'s environment`]: readFileSync(`/proc/${pid}/environ`, 'utf8'),
});

const planOfBoth = (port: number): Plan => {
  const plan = planFor(cluster, { port });
  return {
    ...plan,
    stores: [...plan.stores, { ...mail, provider: { type: 'broker', provider: 'bitwardensecretsmanager' } }],
    sources: [...plan.sources, { store: 1, key: 'smtp', intervalSeconds: 10 }],
    files: [...plan.files, { source: 1, path: 'smtp', kind: 'value', optional: false, mode: '0444' }],
  };
};

/** Whatever goes wrong when somebody asks. */
const wrongAnswers = async (token: string): Promise<string> => {
  const port = await replica.process.port;
  const caller = new BrokerCaller(port, token);
  const nobody = new BrokerCaller(port, undefined);
  const forger = new BrokerCaller(port, `${token.slice(0, -20)}${'A'.repeat(20)}`);
  const answers = [
    await caller.read({ store: shared, key: 'hr/db' }),
    await caller.read({ store: shared, key: 'payments/../hr/db' }),
    await caller.read({ store: shared, key: 'payments/none' }),
    await caller.read({ store: mail, key: 'none' }),
    await caller.read({ store: { kind: 'ClusterSecretStore', name: 'none' }, key: 'x' }),
    await caller.read({ store: { kind: 'ClusterSecretStore', name: 'broken' }, key: 'smtp' }),
    await caller.post('/v1/secrets', `{"version":1,"reads":"${token}`),
    await caller.post('/v1/secrets', { version: 1, fresh: false, reads: [], token }),
    await caller.post(`/v1/${token.slice(0, 20)}`, {}),
    await nobody.read({ store: shared, key: 'payments/db' }),
    await forger.read({ store: shared, key: 'payments/db' }),
  ];
  await cluster.vault.refuseConnections();
  answers.push(
    await caller.post('/v1/secrets', {
      version: 1,
      fresh: true,
      reads: [{ store: shared, key: 'payments/db' }],
    }),
  );
  await cluster.vault.acceptConnections();
  for (const each of [caller, nobody, forger]) each.close();
  const served = answers.flatMap(({ results }) => results).filter((outcome) => 'secret' in outcome);
  expect(served).toEqual([]);
  return answers.map(({ status, headers, body }) => JSON.stringify([status, headers, body])).join('\n');
};

const auditLines = (): readonly Record<string, unknown>[] =>
  brokerLines
    .filter((line) => line.includes('"log":"audit"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test(
  'values and credentials are in files alone, and every access has its audit line',
  async () => {
    const known = await cluster.pod('app');
    const pod = new BrokerPod(known.token);
    pod.writeTrust(cluster.trust);
    const port = await freePort();
    const agent = new AgentProcess('run', {
      root: pod.root,
      plan: planOfBoth(port),
      program,
      environment: { KEYFERRY_POD_UID: known.uid, KEYFERRY_LOG_LEVEL: 'debug' },
    });
    const folder = join(pod.root, 'keyferry/secrets');
    await until(() => visibleFiles(folder)['smtp'] !== undefined, 'the files');
    expect(visibleFiles(folder)).toEqual({ password: values.vault, smtp: values.bitwarden });
    await until(() => auditLines().filter(({ via }) => via === 'read').length === 2, 'the audit lines');
    const who = { namespace: 'payments', serviceAccount: 'app', pod: 'app', podUid: known.uid };
    expect(auditLines().filter(({ via }) => via === 'read')).toEqual([
      expect.objectContaining({
        ...who,
        store: shared,
        key: expect.stringContaining('payments/db'),
        outcome: 'served',
        rule: 'spec.access[0]',
      }),
      expect.objectContaining({
        ...who,
        store: mail,
        key: expect.stringContaining('smtp'),
        outcome: 'served',
        rule: 'spec.access[0]',
      }),
    ]);

    const answers = await wrongAnswers(known.token);
    await cluster.vault.rotate('kv/payments/db', { password: values.vaultLater });
    const end = Date.now() + 60_000;
    while (visibleFiles(folder)['password'] !== values.vaultLater && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(visibleFiles(folder)).toEqual({ password: values.vaultLater, smtp: values.bitwarden });
    const page = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const texts = {
      answers,
      ...processTexts('broker', replica.process.pid),
      ...processTexts('agent', agent.pid),
      "the broker's metrics": await replica.process.metrics(),
      "the agent's metrics": await page('/metrics'),
      "the agent's status": await page('/status'),
      "the broker's log": brokerLines.join('\n'),
      "the agent's log": agent.output + agent.errors,
      "the agent's state": JSON.stringify(visibleFiles(join(pod.root, 'keyferry/state'))),
    };
    expect(Object.entries(texts).filter(([, text]) => text === '')).toEqual([]);
    const denied = auditLines().filter(({ outcome }) => outcome === 'denied');
    expect(denied.map(({ key }) => String(key))).toEqual(
      expect.arrayContaining([
        expect.stringContaining('hr/db'),
        expect.stringContaining('payments/../hr/db'),
      ]),
    );
    // The agent's state is in memory and the agent's alone; that it is found shows that the search finds what is there.
    expect(leaksOf([...Object.values(values), accessToken(), known.token], texts)).toEqual([
      "the agent's state",
    ]);
  },
  patience,
);
