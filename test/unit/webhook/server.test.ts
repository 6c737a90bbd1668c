import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../lib/clock.ts';
import type { ObjectCache } from '../../../lib/kube/cache.ts';
import { buildAdmin } from '../../../lib/http/admin.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import { createMetrics } from '../../../webhook/metrics.ts';
import { buildServer } from '../../../webhook/server.ts';
import { fixedCertificate, postReview } from '../../support/golden-admission.ts';
import { loadCase } from '../../support/golden-case.ts';
import { logLines } from '../../support/log-lines.ts';

const golden = loadCase('shape-minimal');
const review = golden.review as { readonly request: Readonly<Record<string, unknown>> };
const withRequest = (changes: object): object => ({ ...review, request: { ...review.request, ...changes } });

const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
const logged = logLines();
const metrics = createMetrics();
const server = buildServer({
  cache: objectCache(golden.objects, clock),
  settings: golden.settings,
  certificate: fixedCertificate,
  metrics,
  clock,
  log: logged.log,
});
const json = { 'content-type': 'application/json' };

const post = async (
  payload: string,
  headers: Record<string, string> = json,
): Promise<{ status: number; error: unknown }> => {
  const { statusCode, body } = await server.inject({ method: 'POST', url: '/mutate', payload, headers });
  return { status: statusCode, error: (JSON.parse(body) as { error?: unknown }).error };
};

beforeAll(async () => {
  await server.ready();
});
afterAll(() => server.close());

/** Whatever came before: a good review is answered well. */
const lives = async (): Promise<boolean> => (await post(JSON.stringify(review))).status === 200;

const bodies: readonly (readonly [string, string, number, RegExp])[] = [
  ['nothing', '', 400, /Body cannot be empty/],
  ['no JSON', '{', 400, /JSON/],
  ['bytes', '\u0000\u0001', 400, /JSON/],
  ['null', 'null', 400, /not an AdmissionReview of admission\.k8s\.io\/v1/],
  ['a list', '[]', 400, /not an AdmissionReview/],
  ['a text', '"AdmissionReview"', 400, /not an AdmissionReview/],
  ['another kind', JSON.stringify({ ...review, kind: 'Pod' }), 400, /not an AdmissionReview/],
  [
    'an old version',
    JSON.stringify({ ...review, apiVersion: 'admission.k8s.io/v1beta1' }),
    400,
    /not an AdmissionReview/,
  ],
  ['no request', JSON.stringify({ ...review, request: null }), 400, /has no request/],
  ['a request that is a list', JSON.stringify({ ...review, request: [] }), 400, /has no request/],
  ['no uid', JSON.stringify(withRequest({ uid: '' })), 400, /request\.uid is missing/],
  ['a uid that is a number', JSON.stringify(withRequest({ uid: 1 })), 400, /request\.uid is missing/],
  ['no operation', JSON.stringify(withRequest({ operation: undefined })), 400, /request\.operation/],
  ['no resource', JSON.stringify(withRequest({ resource: 'pods' })), 400, /resource is missing/],
  [
    'no namespace',
    JSON.stringify(withRequest({ namespace: undefined })),
    400,
    /request\.namespace is missing/,
  ],
  ['no object', JSON.stringify(withRequest({ object: undefined })), 400, /request\.object is not a pod/],
  [
    'an object that is null',
    JSON.stringify(withRequest({ object: null })),
    400,
    /request\.object is not a pod/,
  ],
  [
    'an object that is a text',
    JSON.stringify(withRequest({ object: 'pod' })),
    400,
    /request\.object is not a pod/,
  ],
  [
    'a pod without containers',
    JSON.stringify(withRequest({ object: { spec: {} } })),
    400,
    /spec\.containers/,
  ],
  [
    'a negative group',
    JSON.stringify(
      withRequest({
        object: { ...golden.pod, spec: { ...golden.pod.spec, securityContext: { fsGroup: -1 } } },
      }),
    ),
    400,
    /spec\.securityContext\.fsGroup/,
  ],
  ['a prototype', '{"kind":"AdmissionReview","__proto__":{"apiVersion":"x"}}', 400, /prototype|JSON/],
  [
    'a deep prototype',
    `{"request":{"object":{"metadata":{"annotations":{"__proto__":{"x":1}}}}}}`,
    400,
    /prototype|JSON/,
  ],
  ['a constructor with a prototype', '{"constructor":{"prototype":{"x":1}}}', 400, /prototype|JSON/],
  ['deep lists', '['.repeat(100_000) + ']'.repeat(100_000), 400, /./],
  ['deep objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 400, /./],
  [
    'deep lists within a pod',
    JSON.stringify(withRequest({ object: { deep: 0, ...golden.pod } })).replace(
      '"deep":0',
      `"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    ),
    200,
    /^undefined$/,
  ],
  ['too much', `{"a":"${'x'.repeat(8 * 2 ** 20)}"}`, 413, /too large/],
];

describe('POST /mutate', () => {
  test.each(bodies)('%s', async (_what, body, status, error) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(String(answer.error)).toMatch(error);
    expect(await lives()).toBe(true);
  });

  test.each([
    ['text/plain', 415],
    ['application/yaml', 415],
    ['application/json; charset=utf-8', 200],
  ])('content type %s: %d', async (type, status) => {
    expect((await post(JSON.stringify(review), { 'content-type': type })).status).toBe(status);
  });

  test('without a content type: 415', async () => {
    expect((await post(JSON.stringify(review), {})).status).toBe(415);
  });

  test('a length that is no length is refused before the body is read', async () => {
    const answer = await post(JSON.stringify(review), { ...json, 'content-length': String(9 * 2 ** 20) });
    expect(answer.status).toBe(413);
  });

  test.each([
    ['GET', '/mutate'],
    ['PUT', '/mutate'],
    ['POST', '/'],
    ['GET', '/validate'],
    ['GET', '/metrics'],
    ['POST', '/mutate/x'],
  ] as const)('%s %s: 404', async (method, url) => {
    const answer = await server.inject({ method, url, payload: '{}', headers: json });
    expect(answer.statusCode).toBe(404);
    expect(await lives()).toBe(true);
  });

  test('an object with any number of unknown fields is a pod like others', async () => {
    const managed = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
    ) as unknown;
    const object = {
      ...golden.pod,
      metadata: { ...golden.pod.metadata, managedFields: Array(500).fill(managed) },
    };
    expect((await post(JSON.stringify(withRequest({ object })))).status).toBe(200);
  });
});

test('what breaks inside is a 500 that says nothing, a line in the log, and a count', async () => {
  const broken: ObjectCache = {
    ...objectCache([], clock),
    get: () => {
      throw new Error('made up');
    },
  };
  const lines = logLines();
  const counted = createMetrics();
  const app = buildServer({
    cache: broken,
    settings: golden.settings,
    certificate: fixedCertificate,
    metrics: counted,
    clock,
    log: lines.log,
  });
  const answer = await app.inject({ method: 'POST', url: '/mutate', payload: review });
  await app.close();
  expect([answer.statusCode, answer.json()]).toEqual([500, { error: 'internal error' }]);
  expect(lines.lines.map(({ level, text }) => [level, text])).toEqual([
    ['error', 'an admission failed inside Keyferry'],
  ]);
  expect(await counted.registry.metrics()).toContain(
    'keyferry_admission_requests_total{outcome="error",reason=""} 1',
  );
});

interface Logged {
  readonly name: string;
  readonly line: object;
  readonly labels: string;
}

const loggedRows: readonly Logged[] = [
  {
    name: 'shape-minimal',
    line: { level: 'info', text: 'injected', fields: { pod: 'payments-api', outcome: 'inject', files: 1 } },
    labels: 'outcome="inject",reason=""',
  },
  {
    name: 'shape-as-the-api-server-sends-it',
    line: { level: 'info', text: 'injected', fields: { pod: 'payments-api-7d9c5b8f6-*' } },
    labels: 'outcome="inject",reason=""',
  },
  {
    name: 'skip-opted-out',
    line: { level: 'debug', text: 'left alone', fields: { outcome: 'skip', reason: 'opted_out' } },
    labels: 'outcome="skip",reason="opted_out"',
  },
  {
    name: 'skip-delete',
    line: { level: 'debug', text: 'left alone', fields: { outcome: 'skip', reason: 'not_created' } },
    labels: 'outcome="skip",reason="not_created"',
  },
  {
    name: 'deny-annotation-lifecycle',
    line: { level: 'info', text: 'refused', fields: { outcome: 'deny', reasons: ['invalid_value'] } },
    labels: 'outcome="deny",reason="invalid_value"',
  },
];

describe('what is logged and counted', () => {
  test.each(loggedRows)('$name', async ({ name, line, labels }) => {
    const found = loadCase(name);
    const answer = await postReview(found.review, found);
    expect(JSON.parse(answer.logged)).toEqual([expect.objectContaining({ level: expect.any(String) })]);
    expect((JSON.parse(answer.logged) as unknown[])[0]).toMatchObject(line);
    expect(answer.logged).toContain('"namespace":"payments"');
    expect(answer.metrics).toContain(`keyferry_admission_requests_total{${labels}} 1`);
    expect(answer.metrics).toMatch(/keyferry_admission_duration_seconds_count 1/);
  });
});

describe('the admin server', () => {
  test('is alive, ready when it is told so, and shows metrics', async () => {
    let ready = false;
    const admin = buildAdmin({ registry: createMetrics().registry, isReady: () => ready });
    const get = async (url: string): Promise<[number, string]> => {
      const answer = await admin.inject({ method: 'GET', url });
      return [answer.statusCode, answer.body];
    };
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([503, 'not ready\n']);
    ready = true;
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
    expect((await get('/metrics'))[1]).toContain('# TYPE keyferry_admission_requests_total counter');
    expect((await get('/mutate'))[0]).toBe(404);
    await admin.close();
  });
});
