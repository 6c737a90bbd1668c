import { describe, expect, test } from '@jest/globals';
import type { VaultStaticAuth } from '../../lib/stores/vault-static-auth.ts';
import type { Lease } from '../../lib/lease.ts';
import { canary, leaks, startGame, type Game } from './vault-harness.ts';
import { openKept, signal, type Kept } from './vault-kept-harness.ts';

const minute = 60_000;
const db = `{"user":"app","password":"${canary}1"} v1`;

describe('auth.appRole', () => {
  const auth: VaultStaticAuth = {
    method: 'appRole',
    mountPath: 'approle',
    roleId: 'app-role',
    secretId: { name: 'vault', key: 'secret-id' },
  };
  const role = { role_id: 'app-role', token_policies: ['app'], token_ttl: '15m' };

  const start = async (fields: object = {}): Promise<Game & { credentials: Map<string, string> }> => {
    const game = await startGame();
    await game.vault.enableAuth('approle', { type: 'approle', roles: { app: { ...role, ...fields } } });
    await game.vault.secretId('approle', 'app', { secret_id: `${canary}-id` });
    return { ...game, credentials: new Map([['vault/secret-id', `${canary}-id\n`]]) };
  };
  const refusal =
    'unauthenticated: Vault refused the login at auth/approle (HTTP 400): check that this is the mount path of an approle auth method, and that the role id is right and the secret id in the credential "vault/secret-id" has not expired or used up its uses';

  test('logs in, once for all, with the credential for this server alone', async () => {
    const game = await start();
    const { lines, records, askedFor } = await openKept(game, { auth, credentials: game.credentials });
    expect(await lines('payments/db', 'payments/api')).toEqual([db, `{"token":"${canary}2"} v1`]);
    expect(records.filter((record) => record.startsWith('login'))).toEqual(['login ok']);
    expect(askedFor).toEqual([`vault/secret-id ${game.vault.url}`]);
  });

  test('takes the role id from a credential too', async () => {
    const game = await start();
    game.credentials.set('vault/role-id', 'app-role\n');
    const roleId = { name: 'vault', key: 'role-id' };
    const { lines } = await openKept(game, { auth: { ...auth, roleId }, credentials: game.credentials });
    expect(await lines('payments/db')).toEqual([db]);
  });

  test('says what may be wrong with a secret id, and nothing of it', async () => {
    const game = await start();
    game.credentials.set('vault/secret-id', `${canary}-wrong`);
    const kept = await openKept(game, { auth, credentials: game.credentials });
    expect(await kept.lines('payments/db')).toEqual([refusal]);
    expect(leaks(kept.logs, kept.records, await kept.read('payments/db'))).toEqual([]);
  });

  test('says the same of a wrong role id', async () => {
    const game = await start();
    const { lines } = await openKept(game, {
      auth: { ...auth, roleId: 'other' },
      credentials: game.credentials,
    });
    expect(await lines('payments/db')).toEqual([refusal]);
  });

  test('says the same where there is no such method', async () => {
    const game = await start();
    const elsewhere = { ...auth, mountPath: 'roles' };
    const { lines } = await openKept(game, { auth: elsewhere, credentials: game.credentials });
    expect(await lines('payments/db')).toEqual([
      refusal.replace('auth/approle', 'auth/roles').replace('400', '403'),
    ]);
  });

  test('uses the secret id that is there at the next login, once the one before is used up', async () => {
    const game = await start({ secret_id_num_uses: 1 });
    const { lines } = await openKept(game, { auth, credentials: game.credentials });
    expect(await lines('payments/db')).toEqual([db]);
    await game.clock.advance(16 * minute);
    expect(await lines('payments/db')).toEqual([refusal]);
    game.credentials.set('vault/secret-id', await game.vault.secretId('approle', 'app'));
    expect(await lines('payments/db')).toEqual([db]);
  });

  test('tries once more with a secret id that was replaced while it logged in', async () => {
    const game = await start();
    const credentials = new Map(game.credentials).set('vault/secret-id', 'old');
    const late = new (class extends Map<string, string> {
      #reads = 0;
      override get(key: string): string | undefined {
        this.#reads += 1;
        return this.#reads === 1 ? 'old' : game.credentials.get(key);
      }
    })(credentials);
    const { lines, records } = await openKept(game, { auth, credentials: late });
    expect(await lines('payments/db')).toEqual([db]);
    expect(records.slice(0, 2)).toEqual(['login unauthenticated', 'login ok']);
  });

  test('does not send an empty secret id, nor one that cannot be read', async () => {
    const game = await start();
    game.credentials.set('vault/secret-id', ' \n');
    const { lines } = await openKept(game, { auth, credentials: game.credentials });
    expect(await lines('payments/db')).toEqual([
      'unauthenticated: the credential "vault/secret-id" is empty',
    ]);
    game.credentials.delete('vault/secret-id');
    expect(await lines('payments/db')).toEqual(['unauthenticated: not there']);
    expect(game.vault.requests.count()).toBe(0);
  });

  test('goes to an http server where the install allows that', async () => {
    const game = await start();
    const store = { server: 'http://127.0.0.1:1', allowHttp: false };
    const { lines } = await openKept(game, { auth, store, credentials: game.credentials });
    expect(await lines('payments/db')).toEqual([
      'invalid: 127.0.0.1:1 is an http server; only https is allowed',
    ]);
  });
});

describe('auth.tokenSecretRef', () => {
  const auth: VaultStaticAuth = { method: 'token', token: { name: 'vault', key: 'token' } };

  const makeToken = async ({ vault }: Game, fields: Record<string, unknown> = {}): Promise<string> => {
    const body = { policies: ['app'], ttl: '1h', ...fields };
    const made = await vault.request('update', 'auth/token/create', body);
    return (made.body?.['auth'] as { client_token: string }).client_token;
  };
  const start = async (
    fields?: Record<string, unknown>,
  ): Promise<{ game: Game; token: string; kept: Kept }> => {
    const game = await startGame();
    const token = await makeToken(game, fields);
    const credentials = new Map([['vault/token', `${token}\n`]]);
    return { game, token, kept: await openKept(game, { auth, credentials }) };
  };
  const unknown =
    'unauthenticated: Vault does not know the token in the credential "vault/token", or its policies do not let it look itself up (HTTP 403): put a living token there that has the policy default';

  test('reads with a living token, looked up once', async () => {
    const { kept } = await start();
    expect(await kept.lines('payments/db', 'payments/api')).toEqual([db, `{"token":"${canary}2"} v1`]);
    expect(kept.records.filter((record) => record.startsWith('login'))).toEqual(['login ok']);
  });

  test('keeps it alive by renewals', async () => {
    const { game, kept } = await start();
    for (let round = 0; round < 5; round += 1) {
      expect(await kept.lines('payments/db')).toEqual([db]);
      await game.clock.advance(50 * minute);
    }
    expect(kept.records.filter((record) => record === 'renew ok')).toHaveLength(4);
  });

  test('takes a token without an end', async () => {
    const game = await startGame();
    const credentials = new Map([['vault/token', game.vault.rootToken]]);
    const { lines } = await openKept(game, { auth, credentials });
    expect(await lines('other/db')).toEqual([`{"password":"${canary}3"} v1`]);
  });

  test('says so of one that has expired, was revoked, or never was', async () => {
    const { game, kept, token } = await start();
    await game.vault.request('update', 'auth/token/revoke-self', {}, { token });
    expect(await kept.lines('payments/db')).toEqual([unknown]);
    const { kept: late, game: later } = await start({ renewable: false });
    await later.clock.advance(61 * minute);
    expect(await late.lines('payments/db')).toEqual([unknown]);
    const other = await openKept(game, { auth, credentials: new Map([['vault/token', canary]]) });
    expect(await other.lines('payments/db')).toEqual([
      expect.stringMatching(/^(unauthenticated|invalid|unavailable): /),
    ]);
    expect(leaks(other.logs, other.records, await other.read('payments/db'))).toEqual([]);
  });

  test('says so of one that may not look itself up', async () => {
    const { kept } = await start({ no_default_policy: true });
    expect(await kept.lines('payments/db')).toEqual([unknown]);
  });

  test('does not count on a token whose last use the look-up was', async () => {
    const { kept } = await start({ num_uses: 1 });
    expect(await kept.lines('payments/db')).toEqual([
      'unauthenticated: the token in the credential "vault/token" has just ended; put another one there',
    ]);
  });

  test('sends nothing where what is there is no token at all', async () => {
    const { game } = await start();
    const before = game.vault.requests.count();
    const credentials = new Map([['vault/token', `${canary}\n${canary}`]]);
    const kept = await openKept(game, { auth, credentials });
    const outcomes = await kept.read('payments/db');
    expect(outcomes[0]?.ok).toBe(false);
    expect(leaks(kept.logs, kept.records, outcomes)).toEqual([]);
    expect(game.vault.requests.count()).toBe(before);
  });
});

describe('credentials that the broker keeps', () => {
  test('are in no log, record or error, and leases of their logins are bounded by them', async () => {
    const game = await startGame();
    const made = await game.vault.request('update', 'auth/token/create', {
      policies: ['app'],
      ttl: '10m',
      renewable: false,
    });
    const { client_token: token } = made.body?.['auth'] as { client_token: string };
    const auth: VaultStaticAuth = { method: 'token', token: { name: 'vault', key: 'token' } };
    const kept = await openKept(game, { auth, credentials: new Map([['vault/token', token]]) });
    const [outcome] = await kept.provider.read(
      [{ store: 0, key: '/database/creds/readonly', intervalSeconds: 60 }],
      signal,
    );
    const lease: Lease | undefined = outcome?.ok === true ? outcome.value.lease : undefined;
    expect(lease).toMatchObject({
      renewable: false,
      durationSeconds: 600,
      expiresAt: game.clock.now() + 600_000,
    });
    expect(JSON.stringify([kept.logs, kept.records])).not.toContain(token);
  });
});
