import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startApiCache } from '../../lib/kube/api-cache.ts';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';
import { readServerVersion } from '../../lib/kube/version.ts';
import { webhookConfigurationClient } from '../../lib/kube/webhook-configuration.ts';
import { silentLogger } from '../../lib/log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startScriptedApi, statusBody, type ScriptedApi } from '../support/scripted-api.ts';
import { until, untilAdvancing } from '../support/until.ts';

let api: ScriptedApi;
let folder: string;
let clock: ManualClock;
const signal = new AbortController().signal;

beforeEach(async () => {
  api = await startScriptedApi();
  folder = await mkdtemp(join(tmpdir(), 'keyferry-kubeconfig-'));
  clock = new ManualClock();
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

describe('connect', () => {
  test('outside of a cluster it says what to do', () => {
    expect(connect({ kind: 'in-cluster' })).toEqual({
      ok: false,
      error: 'not inside a cluster (KUBERNETES_SERVICE_HOST is not set); give a kubeconfig file instead',
    });
  });

  test('a kubeconfig that is not there, and one without a context', async () => {
    const path = join(folder, 'kubeconfig');
    const missing = connect({ kind: 'kubeconfig', path });
    expect(!missing.ok && missing.error).toContain(`credentials from ${path}: Error: ENOENT`);
    await writeFile(path, 'apiVersion: v1\nkind: Config\n');
    expect(connect({ kind: 'kubeconfig', path })).toEqual({
      ok: false,
      error: `the kubeconfig ${path} has no current context with a cluster`,
    });
  });

  test('an error about a kubeconfig never quotes it', async () => {
    const path = join(folder, 'kubeconfig');
    await writeFile(path, 'users:\n- name: me\n  user:\n    token: opensesame\n   bad: [\n');
    const connection = connect({ kind: 'kubeconfig', path });
    expect(connection.ok).toBe(false);
    expect(JSON.stringify(connection)).not.toContain('opensesame');
  });
});

describe('connections', () => {
  let ports: number[];
  let connection: KubeConnection;
  const authority = (): string => join(folder, 'ca.pem');
  const ask = async (): Promise<number> => {
    const response = await connection.request({ method: 'GET', path: '/version', signal });
    await response.text();
    return response.status;
  };

  beforeEach(async () => {
    ports = [];
    api.handle((exchange) => {
      ports.push(exchange.response.socket?.remotePort ?? 0);
      exchange.json(200, {});
    });
    await writeFile(authority(), api.certificate);
    const path = join(folder, 'kubeconfig');
    const cluster = { server: api.url, 'certificate-authority': authority() };
    const config = {
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'made-up' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(path, JSON.stringify(config));
    const connected = connect({ kind: 'kubeconfig', path });
    if (!connected.ok) throw new Error(connected.error);
    connection = connected.value;
  });

  test('are kept for the requests that follow, each with its credentials', async () => {
    for (let count = 0; count < 8; count += 1) expect(await ask()).toBe(200);
    // One may not be free yet when the next request comes.
    expect(new Set(ports).size).toBeLessThan(3);
    expect(api.exchanges.map(({ authorization }) => authorization)).toEqual(Array(8).fill('Bearer made-up'));
  });

  test('are made anew when the certificates to trust are others', async () => {
    for (let count = 0; count < 3; count += 1) await ask();
    const before = [...ports];
    await writeFile(authority(), `${api.certificate}${api.certificate}`);
    expect(await ask()).toBe(200);
    expect(before).not.toContain(ports.at(-1));
    await writeFile(authority(), '');
    await expect(ask()).rejects.toThrow('fetch failed');
  });
});

describe('readServerVersion', () => {
  const read = () => readServerVersion(api.connection, { clock, signal });

  test.each([
    ['36', true],
    ['29', false],
  ])('1.%s', async (minor, fits) => {
    api.handle((exchange) => {
      exchange.json(200, { major: '1', minor, gitVersion: `v1.${minor}.0` });
    });
    const version = await read();
    expect(version.ok).toBe(fits);
    expect(api.exchanges[0]!.path).toBe('/version');
    if (!version.ok) expect(version.error.kind).toBe('unsupported');
  });

  test('a server that refuses, talks nonsense or says nothing may be asked again', async () => {
    api.handle((exchange) => {
      exchange.json(401, statusBody(401, 'Unauthorized'));
    });
    expect(await read()).toEqual({ ok: false, error: { kind: 'unreachable', message: 'Unauthorized' } });
    api.handle(({ response }) => response.end('<html>'));
    expect(await read()).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    api.handle(() => undefined);
    const silent = read();
    await until(() => api.exchanges.length === 3);
    await clock.advance(10_000);
    expect(await silent).toEqual({
      ok: false,
      error: { kind: 'unreachable', message: 'no answer within 10 s' },
    });
  });
});

describe('the webhook configuration', () => {
  const configuration = {
    metadata: { name: 'keyferry-webhook', resourceVersion: '7' },
    webhooks: [{ clientConfig: { caBundle: btoa('PEM') } }, { clientConfig: {} }, 'odd'],
  };

  test('is read with its bundles; that there is none is an answer', async () => {
    const client = webhookConfigurationClient('MutatingWebhookConfiguration', api.connection, clock);
    api.handle((exchange) => {
      exchange.json(200, configuration);
    });
    const read = await client.get('keyferry-webhook', signal);
    expect(read.ok && read.value?.caBundles).toEqual(['PEM', '', '']);
    api.handle((exchange) => {
      exchange.json(404, statusBody(404));
    });
    expect(await client.get('keyferry-webhook', signal)).toEqual({ ok: true, value: undefined });
  });

  test('is patched with the version that it was read at', async () => {
    const client = webhookConfigurationClient('MutatingWebhookConfiguration', api.connection, clock);
    let body = Promise.resolve('');
    api.handle((exchange) => {
      body = exchange.body();
      exchange.json(409, statusBody(409, 'the object has been modified'));
    });
    const patch = { name: 'keyferry-webhook', resourceVersion: '7', caBundles: ['A', 'B'] };
    expect(await client.patchBundles(patch, signal)).toEqual({
      ok: false,
      error: { status: 409, message: 'the object has been modified' },
    });
    expect(JSON.parse(await body)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: btoa('A') },
      { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: btoa('B') },
    ]);
    const { method, path } = api.exchanges[0]!;
    expect([method, path]).toEqual([
      'PATCH',
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/keyferry-webhook',
    ]);
  });
});

test('the cache of the API server has all kinds, and is synced when each is', async () => {
  api.handle((exchange) => {
    const kind = exchange.path.split('/').at(-1) ?? '';
    if (exchange.query.has('watch')) exchange.response.writeHead(200).flushHeaders();
    else if (kind.endsWith('secretstores')) exchange.json(404, statusBody(404));
    else {
      const metadata = {
        name: kind,
        ...(kind === 'serviceaccounts' && { namespace: 'a' }),
        resourceVersion: '1',
      };
      exchange.json(200, { metadata: { resourceVersion: '5' }, items: [{ metadata }] });
    }
  });
  const cache = startApiCache({ connection: api.connection, clock, random: () => 0.5, log: silentLogger });
  expect(cache.synced).toBe(false);
  await cache.whenSynced;
  expect(cache.synced).toBe(true);
  expect(cache.get({ kind: 'Namespace', name: 'namespaces' })).toMatchObject({
    apiVersion: 'v1',
    kind: 'Namespace',
  });
  expect(cache.get({ kind: 'ServiceAccount', namespace: 'a', name: 'serviceaccounts' })).toBeDefined();
  expect(cache.list('SecretStore')).toEqual([]);
  await untilAdvancing(clock, () => api.watches().length === 3);
  await cache.stop();
  expect(api.exchanges.filter(({ path }) => path.includes('external-secrets.io'))).toEqual([]);
});

test('the cache has the objects of External Secrets Operator too where it is told to', async () => {
  const theirs = '/apis/external-secrets.io/';
  api.handle((exchange) => {
    const plural = exchange.path.split('/').at(-1) ?? '';
    const metadata = { name: exchange.path.includes(theirs) ? 'theirs' : 'ours', resourceVersion: '1' };
    if (exchange.query.has('watch')) exchange.response.writeHead(200).flushHeaders();
    else if (exchange.path.startsWith(`${theirs}v1/`)) exchange.json(404, statusBody(404));
    else if (plural === 'clustersecretstores' && exchange.path.includes(theirs))
      exchange.json(404, statusBody(404));
    else exchange.json(200, { metadata: { resourceVersion: '5' }, items: [{ metadata }] });
  });
  const cache = startApiCache({
    connection: api.connection,
    externalSecretsOperator: true,
    clock,
    random: () => 0.5,
    log: silentLogger,
  });
  await cache.whenSynced;
  const group = 'external-secrets.io';
  expect(cache.get({ kind: 'ExternalSecret', name: 'ours' })).toMatchObject({
    apiVersion: 'keyferry.dev/v1beta1',
  });
  expect(cache.get({ kind: 'ExternalSecret', group, name: 'theirs' })).toMatchObject({
    kind: 'ExternalSecret',
  });
  expect(api.exchanges.map(({ path }) => path)).toContain(`${theirs}v1beta1/externalsecrets`);
  expect(cache.get({ kind: 'ExternalSecret', name: 'theirs' })).toBeUndefined();
  expect(cache.list('SecretStore', group).map(({ metadata }) => metadata.name)).toEqual(['theirs']);
  expect(cache.list('ClusterSecretStore', group)).toEqual([]);
  expect(cache.list('ClusterSecretStore')).toHaveLength(1);
  await cache.stop();
});
