import { describe, expect, test } from '@jest/globals';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { errorsOf, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const login = (fixture: Fixture, role: unknown, jwt: unknown): Promise<VaultReply> =>
  fixture.call('POST', 'auth/kubernetes/login', { body: { role, jwt } });

const now = Date.UTC(2026, 0, 1) / 1000;

/** A token like the right one, with other claims, from the right issuer. */
async function changed(fixture: Fixture, claims: Record<string, unknown>): Promise<string> {
  const request = { namespace: 'payments', serviceAccount: 'fraud', audiences: ['vault'] };
  return await fixture.issuer.sign({ ...(await fixture.issuer.issue(request)).claims, ...claims });
}

function unsigned(token: string, algorithm: string): string {
  const [, claims = '', signature = ''] = token.split('.');
  const header = Buffer.from(JSON.stringify({ alg: algorithm })).toString('base64url');
  return `${header}.${claims}.${algorithm === 'none' ? '' : signature}`;
}

type TokenOf = (fixture: Fixture) => Promise<string> | string;

const denied = 'permission denied';
const badName = 'service account name not authorized';

/** What is sent, what Vault says to it, and where that is not about the role `fraud` or no 403. */
const refusals: Record<string, readonly [TokenOf, string, { role?: string; status?: number }?]> = {
  'another audience': [
    (f) => f.serviceAccountToken({ audiences: ['https://kubernetes.default.svc'] }),
    'invalid audience (aud) claim: audience claim does not match any expected audience',
  ],
  'another ServiceAccount': [(f) => f.serviceAccountToken({ serviceAccount: 'web' }), badName],
  'another namespace': [(f) => f.serviceAccountToken({ namespace: 'web' }), 'namespace not authorized'],
  'a name beyond the glob': [
    (f) => f.serviceAccountToken({ serviceAccount: 'fraud-2' }),
    badName,
    { role: 'globs' },
  ],
  'one that is expired beyond the leeway': [
    (f) => changed(f, { exp: now - 61 }),
    'invalid expiration time (exp) claim: token is expired',
  ],
  'one that is not valid yet': [
    (f) => changed(f, { nbf: now + 61 }),
    'invalid not before (nbf) claim: token not yet valid',
  ],
  'one that is issued in the future': [
    (f) => changed(f, { iat: now + 61 }),
    'invalid issued at (iat) claim: token issued in the future',
  ],
  'no times at all': [(f) => changed(f, { exp: undefined, iat: undefined, nbf: undefined }), denied],
  'a subject that its claims contradict': [
    (f) => changed(f, { sub: 'system:serviceaccount:web:web' }),
    denied,
  ],
  'no uid': [
    (f) => changed(f, { 'kubernetes.io': { namespace: 'payments', serviceaccount: { name: 'fraud' } } }),
    'could not parse UID from claims',
    { status: 500 },
  ],
  'no Kubernetes claims': [(f) => changed(f, { 'kubernetes.io': undefined }), badName],
  'no signature': [async (f) => unsigned(await f.serviceAccountToken(), 'none'), denied],
  'a symmetric algorithm': [async (f) => unsigned(await f.serviceAccountToken(), 'HS256'), denied],
  'no JWT': [() => 'abc', denied],
  'no JSON in it': [() => 'a.b.c', denied],
  'an unknown role': [
    (f) => f.serviceAccountToken(),
    'invalid role name "nobody"',
    { role: 'nobody', status: 400 },
  ],
  'no role': [(f) => f.serviceAccountToken(), 'missing role', { role: '', status: 400 }],
  'no token': [() => '', 'missing jwt', { status: 400 }],
};

describe('a login is refused for', () => {
  test.each(Object.entries(refusals))('%s', async (_name, [tokenOf, error, exception]) => {
    const { role, status } = { role: 'fraud', status: 403, ...exception };
    const fixture = await startFixture();
    const reply = await login(fixture, role, await tokenOf(fixture));
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({ errors: [error] });
    expect(fixture.vault.liveTokens()).toBe(0);
  });

  test('another issuer’s signature', async () => {
    const fixture = await startFixture();
    const forger = await ServiceAccountIssuer.create({ keyType: 'ec', clock: fixture.clock });
    const { token } = await forger.issue({
      namespace: 'payments',
      serviceAccount: 'fraud',
      audiences: ['vault'],
    });
    expect(errorsOf(await login(fixture, 'fraud', token))).toEqual(['permission denied']);
  });

  test('a key that has been rotated away', async () => {
    const fixture = await startFixture();
    const old = await fixture.serviceAccountToken();
    await fixture.issuer.rotateKeys();
    expect((await login(fixture, 'fraud', old)).status).toBe(403);
    expect((await login(fixture, 'fraud', await fixture.serviceAccountToken())).status).toBe(200);
  });

  test('a pod that is gone', async () => {
    const fixture = await startFixture();
    const jwt = await fixture.serviceAccountToken({ pod: { name: 'fraud-1', uid: 'uid-1' } });
    expect((await login(fixture, 'fraud', jwt)).status).toBe(200);
    fixture.issuer.deletePod('uid-1');
    expect(errorsOf(await login(fixture, 'fraud', jwt))).toEqual(['permission denied']);
  });

  test('time that has passed, after a minute of leeway', async () => {
    const fixture = await startFixture();
    const jwt = await fixture.serviceAccountToken({ expirationSeconds: 600 });
    await fixture.clock.advance(659_000);
    expect((await login(fixture, 'fraud', jwt)).status).toBe(200);
    await fixture.clock.advance(2_000);
    expect((await login(fixture, 'fraud', jwt)).status).toBe(403);
  });

  test.each([
    ['{', 400, 'error parsing JSON'],
    ['[]', 400, 'error parsing JSON'],
    ['', 400, 'missing role'],
    ['{"role":["fraud"],"jwt":"x"}', 400, 'Field validation failed: error converting input for field "role"'],
  ])('the body %s', async (body, status, error) => {
    const { call } = await startFixture();
    const reply = await call('POST', 'auth/kubernetes/login', { body });
    expect([reply.status, errorsOf(reply)]).toEqual([status, [error]]);
  });

  test('a method that is not enabled there, or not this way', async () => {
    const { call } = await startFixture();
    const nowhere = await call('POST', 'auth/nowhere/login', { body: { role: 'x', jwt: 'y' } });
    expect([nowhere.status, errorsOf(nowhere)]).toEqual([403, ['permission denied']]);
    const get = await call('GET', 'auth/kubernetes/login');
    expect([get.status, errorsOf(get)]).toEqual([405, ['unsupported operation']]);
  });

  test('a method that has no keys', async () => {
    const fixture = await startFixture({ keys: undefined });
    const reply = await login(fixture, 'fraud', await fixture.serviceAccountToken());
    expect([reply.status, errorsOf(reply)]).toEqual([500, ['could not load backend configuration']]);
  });
});
