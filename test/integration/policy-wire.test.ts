import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBitwardenServer, type BitwardenServer } from '../emulators/bitwarden/server.ts';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';
import { makeServerCertificate } from '../emulators/shared/certificate.ts';
import { BrokerCaller, textOf } from '../support/broker/caller.ts';
import { BrokerProcesses, type KnownPod } from '../support/broker/broker-processes.ts';
import { Lure, Trap } from '../support/broker/lures.ts';
import { leaksOf } from '../support/canary.ts';
import { policyTable, type OnTheWire } from '../support/policy-table.ts';
import { until } from '../support/until.ts';

/**
 * The rows of the policy table that words allow and the wire refuses (`by: 'wire'`), over a broker as it is: a tenant's SecretStores whose
 * servers the install lists, and which then lead elsewhere.
 */
const patience = 120_000;
const preload = join(import.meta.dirname, '..', 'support', 'broker', 'name-server.mjs');
const metadata = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';
const organizationId = '4f1f7a52-6f0a-4d3c-9c9e-0c8f5a3b7d21';
const projectId = '9b2d8c64-1f35-4c8a-8f53-7a1f0e6d4b90';

const canary = (): string => randomBytes(24).toString('hex');
/** What the tenant's stores log in with, by key of its one credential; Bitwarden's is added when its server is there. */
const credential = new Map(
  ['token', 'secret-id', 'access-key', 'access-key-id'].map((key) => [key, canary()]),
);

const wireRows = policyTable.flatMap(({ name, expected }) =>
  !expected.allowed && expected.by === 'wire' ? [{ name, why: expected.why }] : [],
);
const rowOf = (why: OnTheWire): string => wireRows.find((row) => row.why === why)?.name ?? '';

const ref = (key: string): object => ({ name: 'tenant', key });

/** The providers' parts of stores that log in with the tenant's credential, by what of them is at a server. */
const providers = {
  'vault by token': (server) => ({
    vault: { server, path: 'kv', caBundle, auth: { tokenSecretRef: ref('token') } },
  }),
  'vault by AppRole': (server) => ({
    vault: {
      server,
      path: 'kv',
      caBundle,
      auth: { appRole: { roleId: 'app', secretRef: ref('secret-id') } },
    },
  }),
  'Secrets Manager': (server) => aws({ endpoints: { secretsManager: server } }),
  STS: (server) =>
    aws({
      role: 'arn:aws:iam::111122223333:role/payments',
      endpoints: { secretsManager: bitwarden.url, sts: server },
    }),
  "Bitwarden's identity": (server) => bitwardenStore({ identityURL: server }),
  "Bitwarden's API": (server) => bitwardenStore({ apiURL: server }),
} as const satisfies Readonly<Record<string, (server: string) => object>>;
type At = keyof typeof providers;

const aws = (fields: object): object => ({
  aws: {
    region: 'eu-central-1',
    caBundle,
    auth: {
      secretRef: { accessKeyIDSecretRef: ref('access-key-id'), secretAccessKeySecretRef: ref('access-key') },
    },
    ...fields,
  },
});

const bitwardenStore = (fields: object): object => ({
  bitwardensecretsmanager: {
    apiURL: bitwarden.apiUrl,
    identityURL: bitwarden.identityUrl,
    caBundle,
    organizationID: organizationId,
    projectID: projectId,
    auth: { secretRef: { credentials: ref('bitwarden') } },
    ...fields,
  },
});

const storeOf = (name: string, at: At, server: string): Manifest => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  metadata: { name, namespace: 'payments' },
  spec: { access: [{ keys: ['*'] }], provider: providers[at](server) },
});

const all = Object.keys(providers) as At[];
/** A namespace may have four stores of Bitwarden in use. */
const withoutBitwarden = all.filter((at) => !at.startsWith('Bitwarden'));

/** A store at each of these, for each redirect; 307 has clients send the same again, body and all. */
const redirects = [
  { status: 302, to: 'the metadata address', at: withoutBitwarden },
  { status: 307, to: 'the metadata address', at: withoutBitwarden },
  { status: 302, to: 'another server', at: withoutBitwarden },
  { status: 307, to: 'another server', at: all },
] as const;
const redirectRows = redirects.flatMap(({ at, ...redirect }, index) =>
  at.map((each) => ({ ...redirect, at: each, index, store: `${index}-${all.indexOf(each)}` })),
);

/** Servers that an install could list without a thought, or with a glob, and why nothing is sent there. `PORT` is the trap's. */
const addresses = [
  { server: 'https://metadata.attacker.test:PORT', at: withoutBitwarden, reason: 'link-local' },
  { server: 'https://mixed.attacker.test:PORT', at: all, reason: 'link-local' },
  { server: 'https://169.254.169.254:PORT', at: withoutBitwarden, reason: 'link-local' },
  { server: 'https://[::ffff:a9fe:a9fe]:PORT', at: withoutBitwarden, reason: 'link-local' },
  { server: 'https://0.0.0.0:PORT', at: withoutBitwarden, reason: 'no address of a host' },
] as const;
const addressRows = addresses.flatMap(({ at, ...address }, index) =>
  at.map((each) => ({ ...address, at: each, store: `address-${index}-${all.indexOf(each)}` })),
);

const closers: (() => unknown)[] = [];
const closed = <T extends AsyncDisposable>(resource: T): T => {
  closers.push(() => resource[Symbol.asyncDispose]());
  return resource;
};

let caBundle = '';
let bitwarden: BitwardenServer;
let trap: Trap;
let lures: readonly Lure[];
let cluster: BrokerProcesses;
let pod: KnownPod;
let caller: BrokerCaller;
let port: number;
const lines: string[] = [];
const answers: string[] = [];

const withPort = (server: string): string => server.replace('PORT', String(trap.port));

const startServers = async (): Promise<void> => {
  const certificate = await makeServerCertificate(['localhost', '127.0.0.1'], Date.now());
  caBundle = Buffer.from(certificate.ca).toString('base64');
  trap = closed(await Trap.start());
  bitwarden = await startBitwardenServer({
    certificate,
    setup: {
      organizationId,
      projects: { payments: { id: projectId } },
      secrets: [{ key: 'db', value: canary(), project: 'payments' }],
      machineAccounts: { tenant: { projects: ['payments'] } },
    },
  });
  closers.push(() => bitwarden.close());
  credential.set('bitwarden', bitwarden.accessToken('tenant'));
  lures = await Promise.all(
    redirects.map(async ({ status, to }) => {
      const location = to === 'another server' ? `http://127.0.0.1:${trap.port}/` : metadata;
      return closed(await Lure.start({ status, location }, certificate));
    }),
  );
};

beforeAll(async () => {
  await startServers();
  const listed = [
    ...[bitwarden.url, bitwarden.apiUrl, bitwarden.identityUrl],
    ...lures.map(({ server }) => server),
    ...addresses.map(({ server }) => withPort(server)),
  ];
  cluster = closed(
    await BrokerProcesses.start({
      secrets: {},
      install: { credentials: [{ name: 'tenant', namespace: 'payments', servers: listed }] },
    }),
  );
  const folder = join(cluster.folder, 'credentials', 'namespaces', 'payments', 'tenant');
  mkdirSync(folder, { recursive: true });
  for (const [key, value] of credential) writeFileSync(join(folder, key), value);
  cluster.api.apply(
    ...redirectRows.map(({ store, at, index }) => storeOf(store, at, lures[index]?.server ?? '')),
    ...addressRows.map(({ store, at, server }) => storeOf(store, at, withPort(server))),
  );
  const replica = await cluster.add({
    command: [process.execPath, '--import', preload],
    flags: ['--log-level', 'debug'],
    onLine: (line) => lines.push(line),
  });
  pod = await cluster.pod('app');
  port = await replica.process.port;
  caller = new BrokerCaller(port, pod.token);
  closers.push(() => {
    caller.close();
  });
}, patience);

afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
}, patience);

/** What the pod hears about a key of a store. */
const ask = async (name: string): Promise<string> => {
  const answer = await caller.read({ store: { kind: 'SecretStore', name }, key: 'db' });
  answers.push(answer.body);
  return textOf(answer.results[0]);
};

const auditOf = (name: string): readonly Record<string, unknown>[] =>
  lines
    .filter((line) => line.includes('"log":"audit"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ store }) => (store as { name?: string } | undefined)?.name === name);

/** The line of an access that the policy allowed and the wire did not. */
const expectFailed = async (store: string): Promise<void> => {
  await until(() => auditOf(store).length > 0, 'the audit line');
  expect(auditOf(store)).toEqual([
    expect.objectContaining({
      ...{ namespace: 'payments', serviceAccount: 'app', pod: 'app', podUid: pod.uid, key: 'db' },
      ...{ store: { kind: 'SecretStore', name: store }, via: 'read', rule: 'spec.access[0]' },
      ...{ outcome: 'failed', code: 'invalid' },
    }),
  ]);
};

const expectNothingWentAstray = (): void => {
  expect(trap.connections).toBe(0);
  expect(
    leaksOf([...credential.values()], { 'the log': lines.join('\n'), answers: answers.join('\n') }),
  ).toEqual([]);
};

test('every row of the table that the wire decides is here', () => {
  expect(wireRows.map(({ why }) => why).sort()).toEqual(['another-address', 'metadata', 'redirect']);
});

describe(rowOf('redirect'), () => {
  test.each(redirectRows)('$status to $to, from $at', async ({ status, index, store }) => {
    const lure = lures[index]!;
    const before = lure.received.length;
    expect(await ask(store)).toBe(
      `invalid: ${new URL(lure.server).host} answered with a redirect (HTTP ${status}); redirects are not followed, name the server that answers itself`,
    );
    // The listed server had its due, and nobody else has.
    expect(lure.received.length).toBeGreaterThan(before);
    await expectFailed(store);
    expectNothingWentAstray();
  });
});

describe(rowOf('metadata'), () => {
  test.each(addressRows)('$server as $at', async ({ server, reason, store }) => {
    const { host } = new URL(withPort(server));
    expect(await ask(store)).toBe(`invalid: ${host} is at an address that is refused: ${reason}`);
    await expectFailed(store);
    expectNothingWentAstray();
  });
});

test(`${rowOf('another-address')}: refused, before anything is read`, async () => {
  const thief = new BrokerCaller(port, pod.token, { localAddress: '127.0.0.2' });
  const received = lures.map((lure) => lure.received.length);
  const answer = await thief.read({
    store: { kind: 'SecretStore', name: redirectRows[0]!.store },
    key: 'db',
  });
  thief.close();
  expect([answer.status, answer.message]).toEqual([
    403,
    'the request does not come from an address of the pod app',
  ]);
  expect(lures.map((lure) => lure.received.length)).toEqual(received);
  await until(() => lines.some((line) => line.includes('"outcome":"refused"')), 'the audit line');
});
