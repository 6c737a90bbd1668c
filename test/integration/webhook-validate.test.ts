import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseFlags } from '../../webhook/flags.ts';
import { runWebhook } from '../../webhook/run.ts';
import { startKubeApi, type KubeApi } from '../emulators/kube-api/kube-api.ts';
import { manifestsIn } from '../support/deployed.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

const files = [
  'namespace',
  'crd-secretstores',
  'crd-clustersecretstores',
  'crd-externalsecrets',
  'service-account',
  'rbac',
  'mutating-webhook',
  'validating-webhook',
];
const api1 = '/apis/keyferry.dev/v1beta1';
const inPayments = `${api1}/namespaces/payments`;

let api: KubeApi;
let clock: ManualClock;
let stop: AbortController;
let running: Promise<unknown>;
let ended = false;
let folder: string;
const ports = new Map<string, number>();
const logged = logLines();

const portOf = (text: string): number => {
  const { address } = logged.lines.find((line) => line.text === text)?.fields as { address: string };
  return Number(new URL(address).port);
};

/** The webhook as `deploy/base` installs it, on its real ports, and an API server that calls it by its Service. */
beforeAll(async () => {
  // Certificates are looked at by TLS itself, which has the machine's time.
  clock = new ManualClock(Date.now());
  api = await startKubeApi({ clock, services: (address) => ports.get(address) });
  api.apply(...manifestsIn(...files.map((file) => `base/${file}.yaml`)), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'payments' },
  });
  folder = await mkdtemp(join(tmpdir(), 'keyferry-validate-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, api.kubeconfig('system:serviceaccount:keyferry-system:keyferry-webhook'));
  const config = parseFlags(['--port=0', '--admin-port=0', `--kubeconfig=${path}`]);
  if (!config.ok) throw new Error(config.error.join('\n'));
  stop = new AbortController();
  running = runWebhook({
    config: config.value,
    replica: {
      namespace: 'keyferry-system',
      podUid: 'f3a1c5e2-0000-4000-8000-000000000001',
      podName: 'webhook-1',
    },
    clock,
    random: () => 0.5,
    log: logged.log,
    signal: stop.signal,
  }).then(() => {
    ended = true;
  });
  await until(() => logged.lines.some(({ text }) => text === 'the admission server listens'));
  ports.set('keyferry-webhook.keyferry-system.svc:443', portOf('the admission server listens'));
  await untilAdvancing(clock, () =>
    logged.lines.some(({ text }) => text === 'the API server trusts the certificate'),
  );
});
afterAll(async () => {
  stop.abort();
  await untilAdvancing(clock, () => ended);
  await running;
  await api.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  for (const plural of ['secretstores', 'externalsecrets'])
    for (const { metadata } of api.objects(`${plural}.keyferry.dev`))
      api.delete(`${plural}.keyferry.dev`, metadata.name ?? '', metadata.namespace);
});

const server = 'https://vault.example:8200';
const login = {
  kubernetes: { mountPath: 'kubernetes', role: 'payments', serviceAccountRef: { audiences: ['vault'] } },
};
const store = (vault: object): object => ({ metadata: { name: 'vault' }, spec: { provider: { vault } } });
const create = (plural: string, body: object): ReturnType<KubeApi['request']> =>
  api.request({ method: 'POST', path: `${inPayments}/${plural}`, body });

describe('the API server asks /validate', () => {
  test('and takes a store that is right', async () => {
    const answer = await create('secretstores', store({ server, path: 'kv', auth: login }));
    expect([answer.status, answer.warnings]).toEqual([201, []]);
  });

  test('and refuses one that is wrong, with everything that is wrong', async () => {
    const answer = await create('secretstores', store({ serverr: server, auth: login }));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        reason: 'Invalid',
        message:
          'admission webhook "validate.keyferry.dev" denied the request: 2 problems\n' +
          '  1. SecretStore payments/vault: spec.provider.vault.server is missing\n' +
          '  2. SecretStore payments/vault: spec.provider.vault.serverr is not a known field; did you mean server?',
      },
    });
    expect(api.get('secretstores.keyferry.dev', 'vault', 'payments')).toBeUndefined();
  });

  test('and passes on what is not so yet as a warning', async () => {
    const answer = await create('externalsecrets', {
      metadata: { name: 'database' },
      spec: {
        secretStoreRef: { name: 'vault', kind: 'SecretStore' },
        data: [{ secretKey: 'password', remoteRef: { key: 'payments/db', property: 'password' } }],
      },
    });
    expect([answer.status, answer.warnings]).toEqual([
      201,
      [
        'pods that use it are refused: ExternalSecret payments/database: there is no SecretStore "vault" in namespace "payments"',
      ],
    ]);
  });

  test('and does not ask about a status, nor where something is removed', async () => {
    await create('secretstores', store({ server, path: 'kv', auth: login }));
    const asked = logged.lines.length;
    const status = { status: { lastChecked: '2026-01-01T00:00:00Z' } };
    const path = `${inPayments}/secretstores/vault`;
    const contentType = 'application/merge-patch+json';
    expect(
      (await api.request({ method: 'PATCH', path: `${path}/status`, body: status, contentType })).status,
    ).toBe(200);
    expect((await api.request({ method: 'DELETE', path })).status).toBe(200);
    expect(logged.lines.slice(asked).filter(({ text }) => text.startsWith('found'))).toEqual([]);
  });

  test('and goes on without it where it is away', async () => {
    const port = ports.get('keyferry-webhook.keyferry-system.svc:443') ?? 0;
    ports.clear();
    const answer = await create('secretstores', store({}));
    ports.set('keyferry-webhook.keyferry-system.svc:443', port);
    expect(answer.status).toBe(201);
    const path = `${inPayments}/secretstores/vault`;
    const contentType = 'application/merge-patch+json';
    const labels = { metadata: { labels: { team: 'payments' } } };
    const labelled = await api.request({ method: 'PATCH', path, body: labels, contentType });
    expect([labelled.status, labelled.warnings.length > 0]).toEqual([200, true]);
    const spec = { spec: { provider: { vault: { path: 'kv' } } } };
    expect((await api.request({ method: 'PATCH', path, body: spec, contentType })).status).toBe(422);
  });
});

test('what was asked is counted and logged, without what was in it', async () => {
  await create('secretstores', store({ server: 'https://canary.example', path: 'kv', auth: login }));
  const metrics = await (
    await fetch(`http://127.0.0.1:${portOf('the admin server listens')}/metrics`)
  ).text();
  expect(metrics).toMatch(/keyferry_admission_requests_total\{outcome="valid",reason=""\} [1-9]/u);
  expect(metrics).toMatch(
    /keyferry_admission_requests_total\{outcome="invalid",reason="invalid_store"\} [1-9]/u,
  );
  expect(logged.lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      text: 'found invalid',
      fields: expect.objectContaining({ kind: 'SecretStore', name: 'vault', reasons: ['invalid_store'] }),
    }),
  );
  expect(JSON.stringify(logged.lines)).not.toContain('canary.example');
});

test('the replica holds the Lease under the name of its pod, and writes the status of what was applied', async () => {
  await create('secretstores', store({ server, path: 'kv', auth: login }));
  const written = (): unknown => api.get('secretstores.keyferry.dev', 'vault', 'payments')?.['status'];
  await untilAdvancing(clock, () => written() !== undefined);
  expect(written()).toMatchObject({ observedGeneration: 1, conditions: [{ type: 'Valid', status: 'True' }] });
  const lease = api.get('leases.coordination.k8s.io', 'keyferry-webhook', 'keyferry-system');
  expect(lease?.['spec']).toMatchObject({ holderIdentity: expect.stringMatching(/^webhook-1_/u) });
  expect(api.secretAccesses).toEqual([]);
});

test('asked to end, it gives the Lease back while it serves on', async () => {
  stop.abort();
  const holder = (): unknown =>
    (
      api.get('leases.coordination.k8s.io', 'keyferry-webhook', 'keyferry-system')?.['spec'] as {
        holderIdentity: string;
      }
    ).holderIdentity;
  await until(() => holder() === '');
  expect(ended).toBe(false);
});
