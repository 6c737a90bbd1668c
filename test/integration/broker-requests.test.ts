import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBroker, externalSecret, platformStore } from '../support/broker/in-process-broker.ts';
import { readOf, textOf, watchOf, type BrokerCaller } from '../support/broker/caller.ts';
import { until } from '../support/until.ts';

let cluster: InProcessBroker;
let pod: BrokerCaller;
beforeEach(async () => {
  cluster = await InProcessBroker.open(
    { limits: { rate: { perSecond: 0.001, burst: 220 } } },
    platformStore(),
    externalSecret('db', 'payments', 'payments/db'),
    externalSecret('payroll', 'hr', 'hr/payroll'),
  );
  cluster.upstream.set('payments/db', 'hunter2', { version: '7' });
  cluster.upstream.set('hr/payroll', 'theirs');
  pod = await cluster.pod('web');
});
afterEach(async () => {
  await cluster.close();
});

const mebibyte = 2 ** 20;

/** Waits until the broker has heard of the store's rules. */
const allow = async (access: readonly object[]): Promise<void> => {
  const before = cluster.broker.generation;
  cluster.api.apply(platformStore(access));
  await until(() => cluster.broker.generation > before, 'the change of the store');
};

describe('a request that cannot be answered', () => {
  test.each([
    ['no JSON', '{', 400, 'the body is not JSON'],
    ['nothing', '', 400, 'the body is not JSON'],
    [
      'everything wrong',
      { version: 2, reads: [{ store: { kind: 'Store', name: '' }, key: 1 }], more: 1 },
      400,
      'version is none of 1; fresh is not boolean; reads[0].store.kind is none of "SecretStore", "ClusterSecretStore"; reads[0].store.name is too small, or empty; reads[0].key is not string; the body has fields that nobody knows: "more"',
    ],
    ['no reads', { version: 1, fresh: false, reads: [] }, 400, 'reads is too small, or empty'],
    [
      'a key and a find',
      { version: 1, fresh: false, reads: [readOf('a', { find: {} })] },
      400,
      'reads[0].key: a source has either a key or what to find',
    ],
    [
      '10,000 keys',
      {
        version: 1,
        fresh: false,
        reads: Array.from({ length: 10_000 }, (_, index) => readOf(`key-${index}`)),
      },
      400,
      'reads: more than the 2000 keys that a request may be for',
    ],
  ])('%s', async (_what, body, status, message) => {
    const answer = await pod.post('/v1/secrets', body);
    expect([answer.status, answer.message]).toEqual([status, message]);
    // The connection has not suffered.
    expect((await pod.read('payments/db')).status).toBe(200);
  });

  test('10,000 sources of a feed', async () => {
    const sources = Array.from({ length: 10_000 }, (_, index) => watchOf(`key-${index}`));
    const answer = await pod.post('/v1/changes', { version: 1, sources });
    expect([answer.status, answer.message]).toEqual([
      400,
      'sources: more than the 2000 keys that a request may be for',
    ]);
  });

  test('100 MB: 413 with the limits, and others are served meanwhile', async () => {
    const large = pod.post('/v1/secrets', Buffer.alloc(100 * mebibyte, 'x'));
    const other = await cluster.pod('other');
    expect((await other.read('payments/db')).status).toBe(200);
    const answer = await large;
    expect([answer.status, answer.message]).toEqual([
      413,
      'the body is larger than 2097152 bytes; a request is for 2000 keys at most',
    ]);
  });

  test('another content type, path or method', async () => {
    const type = await pod.post('/v1/secrets', 'x', { headers: { 'content-type': 'text/plain' } });
    expect([type.status, type.message]).toEqual([415, 'the content type is not application/json']);
    const path = await pod.post('/v2/secrets', {});
    expect([path.status, path.message]).toEqual([
      404,
      'there is no such path; there are /v1/secrets and /v1/changes',
    ]);
    const method = await pod.post('/v1/secrets', '', { method: 'GET' });
    expect([method.status, method.headers.allow, method.message]).toEqual([
      405,
      'POST',
      '/v1/secrets takes POST alone',
    ]);
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'the request cannot be read'],
    [
      'a header without an end',
      `POST / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`,
      431,
      'the request cannot be read',
    ],
    [
      'a path that cannot be decoded',
      'POST /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      404,
      'there is no such path; there are /v1/secrets and /v1/changes',
    ],
  ])('%s: a refusal like any other', async (_what, sent, status, message) => {
    const socket = connect({ host: '127.0.0.1', port: cluster.port, rejectUnauthorized: false });
    socket.write(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(JSON.parse(body)).toEqual({ error: { code: 'invalid', message } });
  });

  test('one too many of a namespace: 429 with Retry-After, while another namespace is served', async () => {
    for (let round = 0; round < 20; round += 1) expect((await pod.read('payments/db')).status).toBe(200);
    const refused = await pod.read('payments/db');
    expect(refused.status).toBe(429);
    expect(refused.message).toBe('the namespace payments asks too often');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const other = await cluster.pod('clerk', { namespace: 'hr' });
    expect((await other.read('hr/payroll')).status).toBe(200);
  });
});

describe('what a pod may have', () => {
  test('what an ExternalSecret of its namespace names, and nothing else', async () => {
    const answer = await pod.read(
      'payments/db',
      'hr/payroll',
      readOf('x', { store: { kind: 'SecretStore', name: 'none' } }),
    );
    expect(answer.status).toBe(200);
    const [served, foreign, missing] = answer.results;
    expect(served).toEqual({
      secret: { bytes: Buffer.from('hunter2').toString('base64'), version: '7' },
    });
    expect(textOf(foreign)).toMatch(
      /^denied: ServiceAccount payments\/app may not read the key "hr\/payroll"/u,
    );
    expect(textOf(missing)).toBe('not_found: there is no SecretStore "none" in the namespace payments');
    expect(cluster.upstream.reads.map(({ wanted, namespace }) => [wanted.key, namespace])).toEqual([
      ['payments/db', 'payments'],
    ]);
  });

  test('is told to the audit log, line by line, without a value', async () => {
    await pod.read('payments/db', 'hr/payroll');
    const common = {
      level: 'info',
      log: 'audit',
      namespace: 'payments',
      serviceAccount: 'app',
      pod: 'web',
      podUid: cluster.api.get('pods', 'web', 'payments')?.metadata.uid,
      peer: '127.0.0.1',
      store: { kind: 'ClusterSecretStore', name: 'platform' },
      via: 'read',
      time: expect.any(String),
    };
    expect(cluster.audit).toEqual(
      expect.arrayContaining([
        {
          ...common,
          key: 'payments/db',
          outcome: 'served',
          version: '7',
          rule: 'ExternalSecret payments/db',
        },
        { ...common, key: 'hr/payroll', outcome: 'denied', code: 'denied', reason: expect.any(String) },
      ]),
    );
    expect(cluster.audit).toHaveLength(2);
    expect(JSON.stringify(cluster.audit)).not.toContain('hunter2');
    expect(await cluster.metrics.registry.metrics()).toContain(
      'keyferry_broker_denied_total{code="denied"} 1',
    );
  });

  test('what was read turns out to be another key: it is refused, none of it is handed out, and the audit line says so', async () => {
    await allow([{ namespaces: ['payments'], keys: ['kv/payments/*'] }]);
    cluster.upstream.set('payments/alias', 'their-password', {
      canonical: 'vault::kv/hr/payroll',
      version: '3',
    });
    cluster.upstream.set('payments/plain', 'mine', { canonical: 'vault::kv/payments/plain' });
    const before = cluster.audit.length;
    const answer = await pod.read('payments/alias', 'payments/plain');
    const reason =
      'ServiceAccount payments/app may not read the key "payments/alias", which turned out to be "kv/hr/payroll", of ClusterSecretStore platform: no ExternalSecret of namespace payments names it for this store, and spec.access[0] grants "kv/payments/*" only; name the key in an ExternalSecret of the namespace, or have spec.access of the store extended';
    expect(answer.status).toBe(200);
    expect(answer.results.map(textOf)).toEqual([`denied: ${reason}`, 'mine']);
    expect(answer.body).not.toContain('their-password');
    expect(answer.body).not.toContain(Buffer.from('their-password').toString('base64'));
    expect(cluster.upstream.reads.at(-2)?.wanted.key).toBe('payments/alias');
    const lines = cluster.audit.slice(before);
    expect(lines.map(({ key, outcome, code, rule }) => [key, outcome, code, rule])).toEqual([
      ['payments/alias', 'denied', 'denied', undefined],
      ['payments/plain', 'served', undefined, 'spec.access[0]'],
    ]);
    expect(lines[0]).toMatchObject({ reason });
    expect(lines[0]).not.toHaveProperty('version');
    expect(JSON.stringify(lines)).not.toContain('their-password');
  });

  test('an ExternalSecret that names a key in these very words means whatever it is at the backend', async () => {
    cluster.upstream.set('payments/db', 'elsewhere', { canonical: 'vault::kv/hr/payroll' });
    expect(textOf((await pod.read('payments/db')).results[0])).toBe('elsewhere');
  });

  test('what cannot be written to the audit log is not handed out: 503, until it can be', async () => {
    cluster.auditWorks = false;
    const answer = await pod.read('payments/db');
    expect([answer.status, answer.headers['retry-after'], answer.message]).toEqual([
      503,
      '5',
      'the broker cannot write its audit log, and hands out nothing that is not written there',
    ]);
    expect(answer.body).not.toContain(Buffer.from('hunter2').toString('base64'));
    cluster.auditWorks = true;
    expect(textOf((await pod.read('payments/db')).results[0])).toBe('hunter2');
    expect(cluster.audit).toHaveLength(1);
  });

  test('a store whose conditions do not admit the namespace', async () => {
    const before = cluster.broker.generation;
    cluster.api.apply(platformStore(undefined, { conditions: [{ namespaces: ['hr'] }] }));
    const other = await cluster.pod('other');
    await until(() => cluster.broker.generation > before, 'the change of the store');
    expect(textOf((await other.read('payments/db')).results[0])).toBe(
      'denied: the conditions of ClusterSecretStore "platform" do not admit the namespace payments',
    );
  });
});

describe('what a find brings', () => {
  test('is filtered key by key, and the audit log has how many were left out', async () => {
    await allow([{ namespaces: ['payments'], keys: ['kv/payments/*'] }]);
    cluster.upstream.setFound({ 'payments/db': 'mine', 'hr/payroll': 'theirs', 'hr/offers': 'theirs too' });
    const find = readOf('', { find: {} });
    const before = cluster.audit.length;
    // The second answer is made of what was filtered for the first.
    for (let round = 0; round < 2; round += 1) {
      const text = textOf((await pod.read(find)).results[0]);
      expect(JSON.parse(text)).toEqual({ 'payments/db': Buffer.from('mine').toString('base64') });
    }
    expect(cluster.audit.slice(before)).toEqual(
      Array(2).fill(expect.objectContaining({ outcome: 'served', leftOut: 2, rule: 'spec.access[0]' })),
    );
  });

  test('of which nothing has to be left out says so', async () => {
    await allow([{ keys: ['*'] }]);
    cluster.upstream.setFound({ 'payments/db': 'mine', 'hr/payroll': 'theirs' });
    const text = textOf((await pod.read(readOf('', { find: {} }))).results[0]);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['hr/payroll', 'payments/db']);
    expect(cluster.audit.at(-1)).toMatchObject({ outcome: 'served', leftOut: 0 });
  });
});
