import { describe, expect, test } from '@jest/globals';
import { boundRole, canary, startGame, type Game } from './vault-harness.ts';

const db = `{"user":"app","password":"${canary}1"} v1`;
const minute = 60_000;

const logins = ({ vault }: Game): number => vault.requests.count({ path: 'auth/kubernetes/login' });
const renewals = ({ vault }: Game): number => vault.requests.count({ path: 'auth/token/renew-self' });

describe("a token's life", () => {
  test('is made longer at two thirds, and ends with a login where it lapsed', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    for (const passed of [0, 9, 1, 9, 60]) {
      await game.clock.advance(passed * minute);
      expect(await lines('payments/db')).toEqual([db]);
    }
    expect([logins(game), renewals(game)]).toEqual([2, 1]);
  });

  test('that is shorter than every interval costs one login for each read', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_ttl: '30s' });
    const { lines } = await game.open();
    for (let round = 0; round < 3; round += 1) {
      expect(await lines('payments/db', 'payments/api')).toHaveLength(2);
      await game.clock.advance(minute);
    }
    expect([logins(game), renewals(game)]).toEqual([3, 0]);
  });

  test('near its longest: a new login before it ends', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_ttl: '15m', token_max_ttl: '16m' });
    const { lines } = await game.open();
    await lines('payments/db');
    await game.clock.advance(10 * minute);
    expect(await lines('payments/db')).toEqual([db]);
    expect([logins(game), renewals(game)]).toEqual([2, 1]);
  });

  test('of a batch token: no renewal, used to its end', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_type: 'batch' });
    const { lines } = await game.open();
    for (const passed of [0, 14, 2]) {
      await game.clock.advance(passed * minute);
      expect(await lines('payments/db')).toEqual([db]);
    }
    expect([logins(game), renewals(game)]).toEqual([2, 0]);
  });

  test('of a periodic token: renewed for as long as it is read', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_period: '10m' });
    const { lines } = await game.open();
    for (let round = 0; round < 20; round += 1) {
      expect(await lines('payments/db')).toEqual([db]);
      await game.clock.advance(7 * minute);
    }
    expect([logins(game), renewals(game)]).toEqual([1, 19]);
  });

  test('that cannot be made longer for want of a policy: a login', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_no_default_policy: true });
    const { lines } = await game.open();
    await lines('payments/db');
    await game.clock.advance(11 * minute);
    expect(await lines('payments/db')).toEqual([db]);
    expect(logins(game)).toBe(2);
  });

  test('that cannot be made longer just now: used while it lives', async () => {
    const game = await startGame();
    const { lines, records } = await game.open();
    await lines('payments/db');
    game.vault.faults.add({ kind: 'sealed', path: 'auth/*' });
    await game.clock.advance(11 * minute);
    expect(await lines('payments/db')).toEqual([db]);
    expect(records).toContain('renew unavailable');
    expect(logins(game)).toBe(1);
  });

  test('counted in uses: replaced when they are used up', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_num_uses: 3 });
    const { lines, session } = await game.open();
    expect(await lines('payments/db', 'payments/db', 'payments/db', 'payments/db')).toEqual([db, db, db, db]);
    expect(await lines('payments/db')).toEqual([db]);
    // Three uses each: the mounts and two reads; two reads and the mounts, as another login sees them; the last read.
    expect(logins(game)).toBe(3);
    expect(session.text).toBeUndefined();
  });
});

describe('a session', () => {
  test('lets the next process go on without a login', async () => {
    const game = await startGame();
    const session = {};
    await (await game.open({ session })).lines('payments/db');
    expect(await (await game.open({ session })).lines('payments/db')).toEqual([db]);
    expect(logins(game)).toBe(1);
  });

  test('carries a renewal over', async () => {
    const game = await startGame();
    const session = {};
    const first = await game.open({ session });
    await first.lines('payments/db');
    await game.clock.advance(11 * minute);
    await first.lines('payments/db');
    await game.clock.advance(9 * minute);
    expect(await (await game.open({ session })).lines('payments/db')).toEqual([db]);
    expect([logins(game), renewals(game)]).toEqual([1, 1]);
  });

  test.each([
    ['corrupt', 'x'],
    ['empty', ''],
    ['of another version', '{"version":2,"token":"t"}'],
  ])('that is %s is ignored and replaced', async (_name, text) => {
    const game = await startGame();
    const session = { text };
    expect(await (await game.open({ session })).lines('payments/db')).toEqual([db]);
    expect(session.text).not.toBe(text);
    expect(logins(game)).toBe(1);
  });

  test('of another role is ignored', async () => {
    const game = await startGame();
    await game.vault.role('kubernetes', 'second', boundRole);
    const session = {};
    await (await game.open({ session })).lines('payments/db');
    expect(await (await game.open({ session, auth: { role: 'second' } })).lines('payments/db')).toEqual([db]);
    expect(logins(game)).toBe(2);
  });

  test('that Vault has forgotten is replaced by one login, the mounts being looked up anew', async () => {
    const game = await startGame();
    const session = {};
    await (await game.open({ session })).lines('payments/db');
    game.vault.revokeAllTokens();
    game.vault.requests.clear();
    const { lines } = await game.open({ session });
    expect(await lines('payments/db', 'payments/api', 'database/creds/readonly')).toEqual([
      db,
      `{"token":"${canary}2"} v1`,
      expect.stringMatching(/^\{"username":/),
    ]);
    expect(game.vault.requests.counters()).toEqual({
      'GET database/creds/readonly 200': 1,
      'GET kv/data/payments/api 200': 1,
      'GET kv/data/payments/db 200': 1,
      'GET sys/internal/ui/mounts 200': 1,
      'GET sys/internal/ui/mounts 403': 1,
      'POST auth/kubernetes/login 200': 1,
    });
  });
});

describe('a token that was revoked', () => {
  test('is replaced by one login for all reads under way, each tried once more', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    await lines('payments/db');
    await game.clock.advance(minute);
    game.vault.revokeAllTokens();
    expect(await lines('payments/db', 'payments/api', 'payments/db', 'payments/api')).toHaveLength(4);
    expect(logins(game)).toBe(2);
    expect(game.vault.requests.count({ path: 'kv/*', status: 403 })).toBe(4);
    expect(game.vault.requests.count({ path: 'kv/*', status: 200 })).toBe(5);
  });

  test('and cannot be replaced: the login says why, once for all', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    await lines('payments/db');
    await game.clock.advance(minute);
    game.vault.revokeAllTokens();
    game.vault.faults.add({ kind: 'sealed', path: 'auth/*' });
    const keys = Array.from({ length: 12 }, () => 'payments/db');
    const sealed = `unavailable: 127.0.0.1:${game.vault.port}: Vault is sealed or in standby, or its load balancer has no server (HTTP 503)`;
    expect(new Set(await lines(...keys))).toEqual(new Set([sealed]));
    expect(logins(game)).toBe(2);
  });
});

test('a secret that is not there is not taken for a token that lapsed', async () => {
  const game = await startGame();
  const { lines } = await game.open();
  await lines('payments/db');
  await game.clock.advance(minute);
  expect(await lines('payments/none')).toEqual([expect.stringMatching(/^not_found/)]);
  expect(logins(game)).toBe(1);
  expect(game.vault.requests.count({ path: 'kv/data/payments/none' })).toBe(1);
});

describe('a policy that denies', () => {
  test('costs no login while the token is young, one when it is not, and then none for a while', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    const denied = [expect.stringMatching(/^denied: Vault denied reading "other\/db"/)];
    expect(await lines('payments/db')).toEqual([db]);
    await game.clock.advance(4_000);
    expect(await lines('other/db')).toEqual(denied);
    expect(logins(game)).toBe(1);
    for (let round = 0; round < 4; round += 1) {
      await game.clock.advance(minute);
      expect(await lines('other/db')).toEqual(denied);
    }
    expect(logins(game)).toBe(1);
    await game.clock.advance(minute);
    expect(await lines('other/db')).toEqual(denied);
    expect(logins(game)).toBe(2);
    expect(game.vault.requests.count({ path: 'kv/data/other/db' })).toBe(7);
  });

  test('and is widened acts at the next read', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    expect(await lines('other/db')).toEqual([expect.stringMatching(/^denied/)]);
    await game.vault.policy('app', 'path "kv/data/*" { capabilities = ["read"] }');
    expect(await lines('other/db')).toEqual([`{"password":"${canary}3"} v1`]);
  });

  test('is got rid of by a role with another policy: the refused read logs in anew', async () => {
    const game = await startGame();
    const { lines } = await game.open();
    await lines('payments/db');
    await game.vault.policy('wide', 'path "kv/data/*" { capabilities = ["read"] }');
    await game.vault.role('kubernetes', 'app', { ...boundRole, token_policies: ['wide'] });
    await game.clock.advance(minute);
    expect(await lines('other/db')).toEqual([`{"password":"${canary}3"} v1`]);
    expect(logins(game)).toBe(2);
  });
});
