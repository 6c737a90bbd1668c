import { describe, expect, test } from '@jest/globals';
import { boundRole, canary, jwtRole, startGame } from './vault-harness.ts';

const db = `{"user":"app","password":"${canary}1"} v1`;
const jwtAuth = { method: 'jwt', mountPath: 'clusters/blue' } as const;
const refused =
  /^unauthenticated: Vault refused the login at auth\/kubernetes as role "app" \(HTTP 40[03]\): /;

describe('logging in', () => {
  test('with auth.kubernetes', async () => {
    const { open } = await startGame();
    expect(await (await open()).lines('payments/db')).toEqual([db]);
  });

  test('with auth.jwt, at a mount path of several segments', async () => {
    const { vault, open } = await startGame();
    expect(await (await open({ auth: jwtAuth })).lines('payments/db')).toEqual([db]);
    expect(vault.requests.count({ path: 'auth/clusters/blue/login', status: 200 })).toBe(1);
  });

  test('is done once for any number of sources, and of callers', async () => {
    const { vault, open } = await startGame();
    const { read, records } = await open();
    const keys = Array.from({ length: 20 }, (_, index) => `payments/k${index}`);
    await Promise.all([read(...keys), read(...keys)]);
    expect(vault.requests.count({ path: 'auth/*' })).toBe(1);
    expect(records.filter((record) => record.startsWith('login'))).toEqual(['login ok']);
  });

  test('that fails is the outcome of every source, and is not repeated for each', async () => {
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'status', status: 500, path: 'auth/*' });
    const { lines } = await open();
    const down = `unavailable: 127.0.0.1:${vault.port}: Vault failed inside (HTTP 500)`;
    expect(await lines('payments/db', 'payments/api', 'payments/none')).toEqual([down, down, down]);
    expect(vault.requests.count()).toBe(1);
  });

  test('that will never work is not tried for each source either', async () => {
    const { vault, open } = await startGame();
    vault.faults.add({ kind: 'status', status: 404, path: 'auth/*' });
    const { lines } = await open();
    const missing = 'invalid: Vault has no auth method at auth/kubernetes (HTTP 404)';
    expect(await lines('payments/db', 'payments/api')).toEqual([missing, missing]);
    expect(vault.requests.count()).toBe(1);
  });

  test('in a namespace; the login may have another one', async () => {
    const { vault, open } = await startGame();
    const rules = 'path "kv/data/*" { capabilities = ["read"] }';
    await vault.apply({
      namespaces: {
        team: {
          policies: { app: rules },
          auth: { kubernetes: { type: 'kubernetes', roles: { app: boundRole } } },
          mounts: { kv: {} },
          secrets: { 'kv/db': { of: 'team' } },
        },
      },
    });
    expect(await (await open({ store: { namespace: 'team' } })).lines('db')).toEqual(['{"of":"team"} v1']);
    const requests = vault.requests.list();
    expect(new Set(requests.map(({ namespace }) => namespace.replace(/\/$/, '')))).toEqual(new Set(['team']));
    vault.requests.clear();
    await vault.policy('app', 'path "team/kv/data/*" { capabilities = ["read"] }');
    const split = await open({ store: { namespace: 'team' }, auth: { namespace: '/' } });
    expect(await split.lines('db')).toEqual(['{"of":"team"} v1']);
    expect(vault.requests.list().map(({ path, namespace }) => [path, namespace])).toEqual([
      ['auth/kubernetes/login', '/'],
      ['sys/internal/ui/mounts', 'team'],
      ['kv/data/db', 'team'],
    ]);
  });
});

describe('a login that Vault refuses', () => {
  test.each([
    ['a token for another audience', { audience: 'other' }],
    ['another ServiceAccount', { serviceAccount: 'other' }],
  ])('%s', async (_name, over) => {
    const { podToken, open } = await startGame();
    const { lines } = await open({ readToken: () => podToken(over) });
    expect(await lines('payments/db')).toEqual([expect.stringMatching(refused)]);
    const jwt = await open({ readToken: () => podToken(over), auth: jwtAuth });
    expect(await jwt.lines('payments/db')).toEqual([
      expect.stringMatching(
        /^unauthenticated: Vault refused the login at auth\/clusters\/blue as role "app"/,
      ),
    ]);
  });

  test('a role that is not there, and an auth method that is not there', async () => {
    const { open } = await startGame();
    expect(await (await open({ auth: { role: 'none' } })).lines('payments/db')).toEqual([
      expect.stringMatching(/^unauthenticated: .* as role "none" \(HTTP 40[03]\): .*check that/),
    ]);
    expect(await (await open({ auth: { mountPath: 'none' } })).lines('payments/db')).toEqual([
      expect.stringMatching(/^(unauthenticated|invalid): .*auth\/none/),
    ]);
  });

  test('a token that has expired, with a hint at the clocks', async () => {
    const { clock, podToken, open } = await startGame();
    const token = await podToken();
    await clock.advance(60 * 60_000);
    const { lines } = await open({ readToken: () => Promise.resolve(token) });
    expect(await lines('payments/db')).toEqual([
      expect.stringMatching(
        /by this machine's clock the pod's token has expired \(check the clocks\); if that is not it, check that/,
      ),
    ]);
  });

  test('a token that is not valid yet, with a hint at the clocks', async () => {
    const { issuer, clock, open } = await startGame();
    const ahead = Math.floor(clock.now() / 1000) + 3600;
    const token = await issuer.sign({
      iss: issuer.issuer,
      aud: ['vault'],
      sub: 'system:serviceaccount:payments:app',
      iat: ahead,
      nbf: ahead,
      exp: ahead + 600,
    });
    const { lines } = await open({ readToken: () => Promise.resolve(token), auth: jwtAuth });
    expect(await lines('payments/db')).toEqual([
      expect.stringMatching(
        /by this machine's clock the pod's token is not valid yet \(check the clocks\); if that is not it, check that/,
      ),
    ]);
  });

  test('a token that the kubelet replaces meanwhile is tried once more', async () => {
    const { vault, podToken, open } = await startGame();
    const tokens = [await podToken({ audience: 'old' }), await podToken()];
    const { lines } = await open({ readToken: () => Promise.resolve(tokens.shift() ?? '') });
    expect(await lines('payments/db')).toEqual([db]);
    expect(vault.requests.list({ path: 'auth/*' }).map(({ status }) => status)).toEqual([403, 200]);
  });

  test('a token file that is not there', async () => {
    const { vault, open } = await startGame();
    const { lines } = await open({ readToken: () => Promise.reject(new Error('ENOENT')) });
    expect(await lines('payments/db')).toEqual(['unauthenticated: the pod\'s token "vault" cannot be read']);
    expect(vault.requests.count()).toBe(0);
  });

  test('is tried again at the next read, and works when the role has been mended', async () => {
    const { vault, open } = await startGame();
    await vault.role('clusters/blue', 'app', { ...jwtRole, bound_audiences: ['elsewhere'] });
    const { lines } = await open({ auth: jwtAuth });
    expect(await lines('payments/db')).toEqual([expect.stringMatching(/^unauthenticated/)]);
    await vault.role('clusters/blue', 'app', jwtRole);
    expect(await lines('payments/db')).toEqual([db]);
  });
});
