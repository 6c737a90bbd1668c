import { describe, expect, test } from '@jest/globals';
import type { Lease } from '../../lib/lease.ts';
import { boundRole, canary, startGame } from './vault-harness.ts';
import { kubernetesLogin } from '../support/stand-in-connections.ts';
import { openKept, type KeptOpening } from './vault-kept-harness.ts';

const namesOf = async (store: KeptOpening['store'], ...keys: string[]): Promise<(string | undefined)[]> => {
  const game = await startGame();
  const rules = 'path "*" { capabilities = ["read", "list", "update"] }';
  await game.vault.policy('app', rules);
  const { read } = await openKept(game, { auth: kubernetesLogin, ...(store === undefined ? {} : { store }) });
  return (await read(...keys)).map((outcome) =>
    outcome.ok ? outcome.value.canonical : `${outcome.error.code}: ${outcome.error.message}`,
  );
};

describe('what was read is named', () => {
  test.each([
    ['kv', 'payments/db', 'vault::kv/payments/db'],
    ['kv', 'kv/payments/db', 'vault::kv/payments/db'],
    ['kv', 'kv/data/payments/db', 'vault::kv/payments/db'],
    ['kv', '/kv/data/payments/db', 'vault::kv/payments/db'],
    ['kv', 'data/db', 'vault::kv/data/db'],
    ['kv', '/old/payments/db', 'vault::old/payments/db'],
    ['', 'kv/payments/db', 'vault::kv/payments/db'],
    ['kv/payments', 'db', 'vault::kv/payments/db'],
    ['team-a', 'kv/app', 'vault::team-a/kv/app'],
    ['kv', '/database/creds/readonly', 'vault::database/creds/readonly'],
    ['database', 'creds/readonly', 'vault::database/creds/readonly'],
  ])('in a store with path "%s": %s', async (path, key, name) => {
    expect(await namesOf({ path }, key)).toEqual([name]);
  });

  test('with the namespace', async () => {
    const game = await startGame();
    await game.vault.apply({
      namespaces: {
        team: {
          policies: { app: 'path "kv/*" { capabilities = ["read"] }' },
          auth: { kubernetes: { type: 'kubernetes', roles: { app: boundRole } } },
          mounts: { kv: {} },
          secrets: { 'kv/db': { of: 'team' } },
        },
      },
    });
    const { read } = await openKept(game, { auth: kubernetesLogin, store: { namespace: 'team' } });
    expect(await read('db')).toMatchObject([{ value: { canonical: 'vault:team:kv/db' } }]);
  });
});

describe('an engine is asked for nothing but what the words of a key say', () => {
  const start = async (store: KeptOpening['store'] = {}) => {
    const game = await startGame();
    await game.vault.policy('app', 'path "*" { capabilities = ["read", "update"] }');
    return { game, kept: await openKept(game, { auth: kubernetesLogin, store }) };
  };

  test('a key below the store’s path stays there, whatever is mounted at its head', async () => {
    const { game, kept } = await start();
    await game.vault.write('kv/database/creds/readonly', { password: `${canary}9` });
    const [outcome] = await kept.read('database/creds/readonly');
    expect(outcome).toMatchObject({ ok: true, value: { canonical: 'vault::kv/database/creds/readonly' } });
    expect(await kept.lines('database/creds/other')).toEqual([
      'not_found: "database/creds/other" in kv/ does not exist ("kv/data/database/creds/other")',
    ]);
    expect(game.vault.requests.count({ path: 'database/*' })).toBe(0);
    expect(game.vault.liveLeases()).toEqual([]);
  });

  test('a path with a "data" that only KV version 2 has is asked of no engine', async () => {
    const { game, kept } = await start();
    expect(await kept.lines('/database/data/creds/readonly')).toEqual([
      'invalid: the key "/database/data/creds/readonly" would be read at "database/data/creds/readonly", which is not what its words say, and so not what was granted: the broker asks no engine for it',
    ]);
    expect(game.vault.requests.count({ path: 'database/*' })).toBe(0);
  });

  test('with a leading slash, and below the store’s path, an engine is what the key says', async () => {
    const { game, kept } = await start();
    expect(await kept.read('/database/creds/readonly')).toMatchObject([{ ok: true }]);
    expect(game.vault.liveLeases()).toHaveLength(1);
  });

  test('a find looks below the store’s path, too', async () => {
    const { game, kept } = await start();
    await game.vault.policy('app', 'path "*" { capabilities = ["read", "list"] }');
    await game.vault.write('kv/database/x', { a: '1' });
    const outcomes = await kept.provider.read(
      [{ store: 0, key: '', intervalSeconds: 60, find: { path: 'database', name: '.*' } }],
      new AbortController().signal,
    );
    expect(outcomes).toMatchObject([{ ok: true }]);
    expect(outcomes[0]?.ok === true && outcomes[0].value.bytes.reveal().toString()).toContain('database/x');
  });
});

describe('leases that are lent', () => {
  const leaseOf = async (kept: Awaited<ReturnType<typeof openKept>>): Promise<Lease> => {
    const [outcome] = await kept.read('/database/creds/readonly');
    if (outcome?.ok !== true || outcome.value.lease === undefined) throw new Error('no lease');
    return outcome.value.lease;
  };

  test('end with the login as it is now, and are not to be renewed', async () => {
    const game = await startGame();
    const kept = await openKept(game, { auth: kubernetesLogin });
    const first = await leaseOf(kept);
    expect(first).toMatchObject({ renewable: false, durationSeconds: 900 });
    expect(first.login).toBeUndefined();
    await game.clock.advance(5 * 60_000);
    const second = await leaseOf(kept);
    expect(second).toMatchObject({ renewable: false, durationSeconds: 600, expiresAt: first.expiresAt });
    await game.clock.advance(6 * 60_000);
    expect(await leaseOf(kept)).toMatchObject({ durationSeconds: 900 });
    expect(kept.records.filter((record) => /^(login|renew)/.test(record))).toEqual(['login ok', 'renew ok']);
  });

  test('are nobody’s to renew, keep alive or revoke', async () => {
    const game = await startGame();
    const { provider } = await openKept(game, { auth: kubernetesLogin });
    expect(Object.keys(provider).sort()).toEqual(['check', 'close', 'read']);
    const { provider: ofPod } = await game.open();
    const offered = ['close', 'keepAlive', 'login', 'read', 'renew', 'revoke'];
    expect(Object.keys(ofPod).sort()).toEqual(offered);
  });
});
