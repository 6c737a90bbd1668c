import { describe, expect, test } from '@jest/globals';
import { callVault } from '../../../support/vault-client.ts';
import { parseFault } from '../../../emulators/vault/faults/fault.ts';
import { startFixture } from './fixture.ts';
import type { Fault } from '../../../emulators/vault/faults/fault.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const read = ({ call, vault }: Fixture): Promise<VaultReply> =>
  call('GET', 'secret/data/payments/db', { token: vault.rootToken });

async function fixtureWith(fault: Fault): Promise<Fixture> {
  const fixture = await startFixture();
  fixture.vault.faults.add(fault);
  return fixture;
}

describe('an answer can be', () => {
  test.each([
    [
      { kind: 'status', status: 429, retryAfter: 7, errors: ['slow down'] },
      429,
      '{"errors":["slow down"]}\n',
      { 'retry-after': '7' },
    ],
    [{ kind: 'status', status: 502 }, 502, '{"errors":[]}\n', {}],
    [{ kind: 'sealed' }, 503, '{"errors":["Vault is sealed"]}\n', {}],
    [{ kind: 'error-body' }, 200, '{"errors":["internal error"]}\n', {}],
    [
      { kind: 'redirect', location: 'https://elsewhere.invalid/' },
      307,
      '',
      { location: 'https://elsewhere.invalid/' },
    ],
    [{ kind: 'empty-body' }, 200, '', { 'content-length': '0' }],
  ] as const)('%j', async (fault, status, text, headers) => {
    const reply = await read(await fixtureWith(fault));
    expect([reply.status, reply.text]).toEqual([status, text]);
    expect(reply.headers).toMatchObject(headers);
  });

  test('a page of HTML', async () => {
    const reply = await read(await fixtureWith({ kind: 'html' }));
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(reply.text).toMatch(/^<!doctype html>/);
  });

  test('half of the right one, as if it were whole', async () => {
    const reply = await read(await fixtureWith({ kind: 'truncated-json' }));
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/^{"request_id"/);
    expect(reply.body).toBeUndefined();
  });

  test('huge, and right', async () => {
    const reply = await read(await fixtureWith({ kind: 'huge-body', bytes: 100_000 }));
    expect(reply.text.length).toBeGreaterThan(100_000);
    expect(reply.body).toMatchObject({ data: { data: { password: 'first' } } });
    expect((await read(await fixtureWith({ kind: 'huge-body' }))).text.length).toBeGreaterThan(
      2 * 1024 * 1024,
    );
  });

  test.each(['reset', 'reset-mid-body'] as const)('cut off: %s', async (kind) => {
    const fixture = await fixtureWith({ kind, times: 1 });
    await expect(read(fixture)).rejects.toThrow();
    expect((await read(fixture)).status).toBe(200);
  });

  test.each(['slow-headers', 'slow-body'] as const)('late, by the clock: %s', async (kind) => {
    const fixture = await fixtureWith({ kind, milliseconds: 4000 });
    let done = false;
    const reply = read(fixture).then((answer) => {
      done = true;
      return answer;
    });
    await fixture.clock.sleeping();
    expect(done).toBe(false);
    for (let quarter = 0; quarter < 4 && fixture.clock.untilNext() !== undefined; quarter += 1) {
      await fixture.clock.advance(fixture.clock.untilNext() ?? 0);
      if (kind === 'slow-body' && quarter < 3) await fixture.clock.sleeping();
    }
    expect((await reply).body).toMatchObject({ data: { data: { password: 'first' } } });
    expect(fixture.clock.monotonic()).toBe(4000);
  });

  test('none at all, until the fault is cleared', async () => {
    const fixture = await fixtureWith({ kind: 'hang' });
    const reply = read(fixture);
    const failed = expect(reply).rejects.toThrow();
    while (fixture.vault.faults.list()[0]?.['hits'] !== 1)
      await new Promise((resolve) => setImmediate(resolve));
    fixture.vault.faults.clear();
    await failed;
    expect((await read(fixture)).status).toBe(200);
  });
});

describe('a fault meets', () => {
  test('as many requests as it says, of the path, method and namespace that it says', async () => {
    const fixture = await startFixture();
    const { call, vault } = fixture;
    const fault = { kind: 'status', status: 500, path: 'secret/data/*', method: 'GET', times: 2 } as const;
    const active = vault.faults.add(fault);
    vault.faults.add({ kind: 'status', status: 418, namespace: 'team-a' });
    const token = vault.rootToken;
    expect((await call('GET', 'old/payments/db', { token })).status).toBe(200);
    expect((await call('POST', 'secret/data/new', { token, body: { data: {} } })).status).toBe(200);
    const statuses = [];
    for (let request = 0; request < 3; request += 1) statuses.push((await read(fixture)).status);
    expect(statuses).toEqual([500, 500, 200]);
    expect(active.hits).toBe(2);
    expect((await call('GET', 'secret/data/x', { token, namespace: 'team-a' })).status).toBe(418);
    expect(vault.faults.list()).toEqual([{ kind: 'status', status: 418, namespace: 'team-a', hits: 1 }]);
  });

  test('is logged, without what was sent', async () => {
    const fixture = await fixtureWith({ kind: 'reset', times: 1 });
    const { vault, call } = fixture;
    await expect(read(fixture)).rejects.toThrow();
    await call('POST', 'secret/data/x', {
      token: vault.rootToken,
      namespace: 'root',
      body: { data: { a: 'canary' } },
    });
    const hash = expect.stringMatching(/^[0-9a-f]{16}$/);
    const time = '2026-01-01T00:00:00.000Z';
    expect(vault.requests.list()).toEqual([
      {
        time,
        method: 'GET',
        path: 'secret/data/payments/db',
        namespace: '',
        status: 0,
        token: hash,
        fault: 'reset',
      },
      { time, method: 'POST', path: 'secret/data/x', namespace: 'root', status: 200, token: hash },
    ]);
    expect(JSON.stringify(vault.requests.list())).not.toContain(vault.rootToken);
    expect(vault.requests.counters()).toEqual({
      'GET secret/data/payments/db 0': 1,
      'POST secret/data/x 200': 1,
    });
    expect(vault.requests.count({ method: 'POST', path: 'secret/*', status: 200, namespace: 'root' })).toBe(
      1,
    );
    vault.requests.clear();
    expect(vault.requests.count()).toBe(0);
  });
});

test.each([
  [
    {},
    'kind must be one of reset, reset-mid-body, hang, slow-headers, slow-body, status, sealed, truncated-json, html, error-body, huge-body, redirect, empty-body',
  ],
  [{ kind: 'constructor' }, expect.stringContaining('kind must be one of')],
  [{ kind: 'status' }, 'status needs status'],
  [{ kind: 'slow-body' }, 'slow-body needs milliseconds'],
  [{ kind: 'reset', milliseconds: 5 }, 'reset has no milliseconds'],
  [{ kind: 'status', status: 'x' }, 'Field validation failed: error converting input for field "status"'],
])('the fault %j is refused', (data, error) => {
  expect(parseFault(data)).toEqual({ ok: false, error });
});

describe('a Vault that is', () => {
  test('down refuses connections, and is there again as it was', async () => {
    const fixture = await startFixture({ httpPort: 0 });
    const token = await fixture.logIn();
    const { vault, call } = fixture;
    const plain = { url: vault.httpUrl! };
    await vault.refuseConnections();
    await expect(read(fixture)).rejects.toThrow('ECONNREFUSED');
    await expect(callVault(plain, 'GET', 'v1/sys/health')).rejects.toThrow('ECONNREFUSED');
    await vault.acceptConnections();
    expect((await call('GET', 'secret/data/payments/db', { token })).status).toBe(200);
    expect((await callVault(plain, 'GET', 'v1/sys/health')).status).toBe(200);
  });

  test('sealed says so, and its health too', async () => {
    const fixture = await startFixture();
    const { call, vault } = fixture;
    expect((await call('GET', 'sys/health')).body).toMatchObject({ initialized: true, sealed: false });
    vault.seal();
    const [health, custom] = [
      await call('GET', 'sys/health'),
      await call('GET', 'sys/health?sealedcode=299'),
    ];
    expect([health.status, health.body?.['sealed'], custom.status]).toEqual([503, true, 299]);
    for (const odd of ['x', '99', '600'])
      expect((await call('GET', `sys/health?sealedcode=${odd}`)).status).toBe(400);
    expect((await call('GET', 'sys/seal-status')).body).toMatchObject({ sealed: true });
    const refused = await read(fixture);
    expect([refused.status, refused.body]).toEqual([503, { errors: ['Vault is sealed'] }]);
    vault.unseal();
    expect((await read(fixture)).status).toBe(200);
  });

  test('trusted only by its own authority, and under its own names', async () => {
    const { vault } = await startFixture();
    await expect(callVault({ url: vault.url }, 'GET', 'v1/sys/health')).rejects.toThrow(
      /unable to verify|self-signed/,
    );
    const elsewhere = { url: `https://[::1]:${vault.port}`, caPem: vault.caPem };
    await expect(callVault(elsewhere, 'GET', 'v1/sys/health')).rejects.toThrow();
  });

  test('asked for something else than Vault’s paths', async () => {
    const { vault } = await startFixture();
    expect(await callVault(vault, 'GET', 'ui/')).toMatchObject({ status: 404, body: { errors: [] } });
  });
});

test('a set-up that Vault would refuse throws', async () => {
  const { vault } = await startFixture();
  await expect(vault.write('nowhere/x', {})).rejects.toThrow('no KV engine is mounted at nowhere/x');
  await expect(vault.mount('secret')).rejects.toThrow(
    'update sys/mounts/secret: 400 ["path is already in use at secret/"]',
  );
  await expect(vault.enableAuth('jwt', { type: 'jwt' })).rejects.toThrow('path is already in use at jwt/');
  await expect(vault.write('secret/payments/db', {}, { cas: 7 })).rejects.toThrow('check-and-set');
});
