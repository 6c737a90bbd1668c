import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../emulators/vault/faults/fault.ts';
import { until } from '../support/until.ts';
import { canary, startGame } from './vault-harness.ts';

type Effect = Fault extends infer F ? (F extends Fault ? Omit<F, 'path'> : never) : never;

const db = `{"user":"app","password":"${canary}1"} v1`;
const closed = 'unavailable: SERVER closed the connection before its answer was complete';
const sealed =
  'unavailable: SERVER: Vault is sealed or in standby, or its load balancer has no server (HTTP 503)';
const notVaults = "unavailable: SERVER: the answer is not Vault's:";

/** What is wrong with an answer, and what every operation that meets it says. */
const faults: readonly (readonly [Effect, string])[] = [
  [{ kind: 'reset' }, closed],
  [{ kind: 'reset-mid-body' }, closed],
  [{ kind: 'sealed' }, sealed],
  [{ kind: 'status', status: 500 }, 'unavailable: SERVER: Vault failed inside (HTTP 500)'],
  [{ kind: 'status', status: 412 }, 'unavailable: SERVER: this Vault node is not up to date yet (HTTP 412)'],
  [
    { kind: 'status', status: 473 },
    'unavailable: SERVER: this Vault node is a replica that does not serve (HTTP 473)',
  ],
  [
    { kind: 'status', status: 429, retryAfter: 7 },
    'throttled: SERVER: Vault asks for fewer requests (HTTP 429)',
  ],
  [{ kind: 'truncated-json' }, `${notVaults} it is not complete JSON (HTTP 200)`],
  [{ kind: 'html' }, `${notVaults} its content type is not JSON (HTTP 200)`],
  [{ kind: 'empty-body' }, `${notVaults} it is not complete JSON (HTTP 200)`],
  [{ kind: 'error-body', errors: [canary] }, `${notVaults} it has errors with HTTP 200`],
];

describe.each(faults)('%j', (fault, sentence) => {
  test.each([
    ['login', 'auth/*'],
    ['mounts', 'sys/internal/ui/mounts'],
    ['read', 'kv/data/payments/db'],
  ])('at the %s, and its end', async (operation, path) => {
    const { vault, open } = await startGame();
    vault.faults.add({ ...fault, path });
    const { lines, records, read } = await open();
    const expected = sentence.replace('SERVER', `127.0.0.1:${vault.port}`);
    expect(await lines('payments/db')).toEqual([expected]);
    expect(records.at(-1)).toBe(`${operation} ${expected.split(':', 1)[0] ?? ''}`);
    if (fault.kind === 'status' && fault.retryAfter !== undefined)
      expect(await read('payments/db')).toMatchObject([{ error: { retryAfterMs: 7_000 } }]);
    vault.faults.clear();
    expect(await lines('payments/db')).toEqual([db]);
  });
});

describe('a server that', () => {
  test('redirects is not followed', async () => {
    const elsewhere = await startGame();
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'redirect', location: `${elsewhere.vault.url}/v1/auth/kubernetes/login` });
    expect(await (await open()).lines('payments/db')).toEqual([
      `invalid: 127.0.0.1:${vault.port} answered with a redirect (HTTP 307); redirects are not followed, name the server that answers itself`,
    ]);
    expect(elsewhere.vault.requests.count()).toBe(0);
  });

  test('sends too much', async () => {
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'huge-body', path: 'kv/data/payments/db' });
    expect(await (await open()).lines('payments/db', 'payments/api')).toEqual([
      `invalid: 127.0.0.1:${vault.port} sent an answer of more than 1048576 bytes`,
      `{"token":"${canary}2"} v1`,
    ]);
  });

  test('does not answer one read holds up no other for longer than its time', async () => {
    const { vault, clock, open } = await startGame();
    const hanging = vault.faults.add({ kind: 'hang', path: 'kv/data/payments/db' });
    const { lines } = await open();
    const reading = lines('payments/db', 'payments/api');
    await until(() => hanging.hits === 1 && vault.requests.count({ path: 'kv/data/payments/api' }) === 1);
    await clock.advance(10_000);
    expect(await reading).toEqual([
      expect.stringMatching(/^timeout: 127\.0\.0\.1:\d+ .* within 10 s$/),
      `{"token":"${canary}2"} v1`,
    ]);
  });

  test('is down, and comes back with everything forgotten', async () => {
    const { vault, clock, open } = await startGame();
    const { lines } = await open();
    await lines('payments/db');
    await vault.refuseConnections();
    expect(await lines('payments/db')).toEqual([
      expect.stringMatching(/^unavailable: 127\.0\.0\.1:\d+ (refused the connection|closed the connection)/),
    ]);
    await clock.advance(60_000);
    await vault.acceptConnections();
    vault.revokeAllTokens();
    expect(await lines('payments/db')).toEqual([db]);
  });

  test('cannot be what the store says: every read says so, and nothing is sent', async () => {
    const { vault, open } = await startGame();
    const http = await open({ store: { server: vault.url.replace('https', 'http') } });
    expect(await http.lines('payments/db', 'payments/api')).toEqual(
      Array.from(
        { length: 2 },
        () => `invalid: 127.0.0.1:${vault.port} is an http server; only https is allowed`,
      ),
    );
    http.provider.close();
    const metadata = await open({ store: { server: 'https://169.254.169.254' } });
    expect(await metadata.lines('payments/db')).toEqual([
      'invalid: 169.254.169.254 is at an address that is refused: link-local',
    ]);
  });

  test('has a certificate of somebody else', async () => {
    const other = await startGame();
    const { vault, open } = await startGame();
    expect(await (await open({ store: { caBundle: other.vault.caPem } })).lines('payments/db')).toEqual([
      expect.stringMatching(/^unavailable: .* has a certificate that is not trusted: .*; set caBundle/),
    ]);
    expect(await (await open({ store: { serverName: 'vault.internal' } })).lines('payments/db')).toEqual([
      `unavailable: 127.0.0.1:${vault.port} has a certificate for another name: "vault.internal" is not in it; set tls.serverName to a name that is`,
    ]);
    expect(await (await open({ store: { serverName: 'localhost' } })).lines('payments/db')).toEqual([db]);
  });

  test('is asked by a caller that gives up', async () => {
    const { vault, open } = await startGame();
    const hanging = vault.faults.add({ kind: 'hang', path: 'kv/*' });
    const { provider } = await open();
    const controller = new AbortController();
    const sources = [
      { store: 0, key: 'payments/db', intervalSeconds: 60 },
      { store: 0, key: 'payments/api', intervalSeconds: 60 },
    ];
    const reading = provider.read(sources, controller.signal);
    await until(() => hanging.hits === 2);
    controller.abort();
    expect(await reading).toMatchObject([
      { ok: false, error: { code: 'timeout' } },
      { ok: false, error: { code: 'timeout' } },
    ]);
  });
});
