import { describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { canary, startGame } from './vault-harness.ts';

const db = `{"user":"app","password":"${canary}1"} v1`;

describe('reading', () => {
  test('gives one outcome for each source, in the order asked, with one request each', async () => {
    const { vault, open } = await startGame();
    const { lines, records } = await open();
    expect(await lines('payments/api', 'payments/none', 'payments/db', 'other/db')).toEqual([
      `{"token":"${canary}2"} v1`,
      'not_found: "payments/none" in kv/ does not exist ("kv/data/payments/none")',
      db,
      'denied: Vault denied reading "other/db" in kv/: a policy of role "app" must allow "read" on "kv/data/other/db"',
    ]);
    expect(vault.requests.counters()).toEqual({
      'GET kv/data/other/db 403': 1,
      'GET kv/data/payments/api 200': 1,
      'GET kv/data/payments/db 200': 1,
      'GET kv/data/payments/none 404': 1,
      'GET sys/internal/ui/mounts 200': 1,
      'POST auth/kubernetes/login 200': 1,
    });
    expect(records.sort()).toEqual([
      'login ok',
      'mounts ok',
      'read denied',
      'read not_found',
      'read ok',
      'read ok',
    ]);
  });

  test('of nothing asks nothing', async () => {
    const { vault, open } = await startGame();
    expect(await (await open()).read()).toEqual([]);
    expect(vault.requests.count()).toBe(0);
  });

  test('of many keeps to eight at a time', async () => {
    const { vault, open } = await startGame();
    const keys = Array.from({ length: 30 }, (_, index) => `payments/k${index}`);
    for (const key of keys) await vault.write(`kv/${key}`, { key });
    const { lines } = await open();
    const held = vault.faults.add({ kind: 'slow-headers', milliseconds: 60_000, path: 'kv/data/*' });
    const reading = lines(...keys);
    await until(() => held.hits === 8);
    // A turn of the event loop more, in which a ninth request would arrive.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(held.hits).toBe(8);
    vault.faults.clear();
    expect(await reading).toEqual(keys.map((key) => `{"key":"${key}"} v1`));
  });
});

describe('versions', () => {
  test('of KV version 2: the newest, a named one, and those that are gone', async () => {
    const { vault, clock, open } = await startGame();
    await vault.rotate('kv/payments/db', { user: 'second' });
    await vault.rotate('kv/payments/db', { user: 'third' });
    await vault.destroy('kv/payments/db', [2]);
    await vault.write('kv/payments/gone', { a: '1' });
    await vault.delete('kv/payments/gone');
    await clock.advance(1);
    const { lines } = await open();
    expect(
      await lines(
        'payments/db',
        'payments/db?version=1',
        'payments/db?version=2',
        'payments/db?version=9',
        'payments/gone',
        'payments/gone?version=1',
      ),
    ).toEqual([
      `{"user":"third","password":"${canary}1"} v3`,
      db,
      'not_found: version 2 of "payments/db" in kv/ was destroyed',
      'not_found: version 9 of "payments/db" in kv/ does not exist ("kv/data/payments/db")',
      'not_found: "payments/gone" in kv/ was deleted',
      'not_found: version 1 of "payments/gone" in kv/ was deleted',
    ]);
    await vault.undelete('kv/payments/gone', [1]);
    expect(await lines('payments/gone')).toEqual(['{"a":"1"} v1']);
  });

  test.each(['0', '-1', '1.5', 'latest', '01', '99999999999', '1&x=1'])(
    'that are no numbers are refused here: %s',
    async (version) => {
      const { vault, open } = await startGame();
      const { lines } = await open();
      expect(await lines(`payments/db?version=${version}`)).toEqual([
        `invalid: the version "${version}" is not a number like 3`,
      ]);
      expect(vault.requests.count({ path: 'kv/*' })).toBe(0);
    },
  );

  test('of KV version 1 there are none', async () => {
    const { open } = await startGame();
    const { lines } = await open();
    expect(await lines('/old/payments/db', '/old/payments/db?version=1')).toEqual([
      `{"user":"old","password":"${canary}5"}`,
      'invalid: old/ is KV version 1, which keeps no versions; the ref asks for version "1"',
    ]);
  });
});

describe('keys', () => {
  test.each([
    'payments/with space',
    'payments/ünïcödé/日本',
    'payments/100%',
    'payments/%2F',
    'payments/what?',
    'payments/no#1',
    'payments/a&b=c+d;e',
    'payments/constructor',
    'payments/__proto__',
    "payments/'quoted'(1)*!~",
    'payments/back\\slash',
  ])('%s', async (key) => {
    const { vault, open } = await startGame();
    await vault.write(`kv/${key}`, { key });
    const written = JSON.stringify({ key }).replace('&', String.raw`\u0026`);
    expect(await (await open()).lines(key)).toEqual([`${written} v1`]);
    expect(vault.requests.list({ path: 'kv/*' })).toHaveLength(1);
  });

  test.each(['payments/../other/db', 'payments/./db', 'payments//db', 'payments/db/', '..', ''])(
    'that climb or stay are not sent: "%s"',
    async (key) => {
      const { vault, open } = await startGame();
      expect(await (await open()).lines(key)).toEqual([expect.stringMatching(/^invalid: the key /)]);
      expect(vault.requests.count({ path: 'kv/*' })).toBe(0);
    },
  );

  test('that are no Unicode are not sent', async () => {
    const { open } = await startGame();
    expect(await (await open()).lines('payments/\ud800')).toEqual([
      expect.stringMatching(/^invalid: the key .* cannot be part of a URL$/),
    ]);
  });
});

describe('mounts', () => {
  test.each<[string, 'v1' | 'v2', string, string]>([
    ['kv', 'v1', 'payments/db', db],
    ['kv', 'v2', 'kv/payments/db', db],
    ['kv', 'v2', 'kv/data/payments/db', db],
    ['kv', 'v2', 'data/db', `{"password":"${canary}4"} v1`],
    ['kv', 'v2', '/team-a/kv/app', `{"password":"${canary}6"} v1`],
    ['team-a', 'v2', 'kv/app', `{"password":"${canary}6"} v1`],
    ['kv/payments', 'v2', 'db', db],
    ['', 'v2', 'kv/payments/db', db],
    ['old', 'v2', 'payments/db', `{"user":"old","password":"${canary}5"}`],
  ])('path %j (%s), key %j', async (path, kvVersion, key, expected) => {
    const { open } = await startGame();
    expect(await (await open({ store: { path, kvVersion } })).lines(key)).toEqual([expected]);
  });

  test('one that the token cannot see does not take keys away from the store', async () => {
    const { vault, open } = await startGame();
    await vault.policy('app', 'path "kv/data/*" { capabilities = ["read"] }');
    await vault.write('kv/database/creds', { here: 'yes' });
    expect(await (await open()).lines('database/creds')).toEqual(['{"here":"yes"} v1']);
  });

  test('are looked up once, and again after a refusal or a new login', async () => {
    const { vault, clock, open } = await startGame();
    const { lines } = await open();
    const lookups = () => vault.requests.count({ path: 'sys/internal/ui/mounts' });
    await lines('payments/db');
    await lines('payments/db', 'payments/api');
    expect(lookups()).toBe(1);
    await lines('payments/none');
    expect(lookups()).toBe(1);
    await lines('payments/db');
    expect(lookups()).toBe(2);
    await clock.advance(60 * 60_000);
    await lines('payments/db');
    expect(lookups()).toBe(3);
  });

  test('a mount that becomes KV version 2 is found on the next read', async () => {
    const { vault, open } = await startGame();
    const { lines } = await open({ store: { path: 'old' } });
    expect(await lines('payments/db')).toHaveLength(1);
    await vault.unmount('old');
    await vault.mount('old', { version: 2 });
    await vault.policy('app', 'path "old/data/payments/*" { capabilities = ["read"] }');
    await vault.write('old/payments/db', { now: 'second' });
    expect(await lines('payments/db')).toEqual([expect.stringMatching(/^denied|^not_found/)]);
    expect(await lines('payments/db')).toEqual(['{"now":"second"} v1']);
  });

  test.each([
    [403, ['x']],
    [404, []],
  ])('where the table answers %d the store decides', async (status, errors) => {
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'status', status, errors, path: 'sys/internal/ui/mounts' });
    const { lines, logs } = await open();
    expect(await lines('payments/db', 'payments/none')).toEqual([
      db,
      'not_found: "payments/none" in kv/ does not exist ("kv/data/payments/none"); the token cannot see what kv/ is, so it was taken for KV version 2, as the store says',
    ]);
    expect(logs).toContainEqual([
      { code: status === 403 ? 'denied' : 'not_found' },
      "Vault's mount table cannot be seen: the store's path and version decide",
    ]);
  });

  test('where the table cannot be had nothing is guessed', async () => {
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'status', status: 500, path: 'sys/internal/ui/mounts' });
    const { lines } = await open();
    expect(await lines('payments/db', 'payments/api')).toEqual([
      `unavailable: 127.0.0.1:${vault.port}: Vault failed inside (HTTP 500)`,
      `unavailable: 127.0.0.1:${vault.port}: Vault failed inside (HTTP 500)`,
    ]);
    expect(vault.requests.count({ path: 'kv/*' })).toBe(0);
  });
});
