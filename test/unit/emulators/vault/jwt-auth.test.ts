import { describe, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { errorsOf, startFixture } from './fixture.ts';
import type { JWK } from 'jose';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const login = (fixture: Fixture, role: string | undefined, jwt: string): Promise<VaultReply> =>
  fixture.call('POST', 'auth/jwt/login', { body: { role, jwt } });

const writeRole = (fixture: Fixture, name: string, body: object): Promise<VaultReply> =>
  fixture.call('POST', `auth/jwt/role/${name}`, { token: fixture.vault.rootToken, body });

const bound = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['vault', 'other'] };
const subject = 'system:serviceaccount:payments:fraud';

test('a login is answered with the role and the mapped claims', async () => {
  const fixture = await startFixture();
  const claim_mappings = { '/kubernetes.io/namespace': 'namespace', absent: 'absent' };
  await writeRole(fixture, 'mapped', { ...bound, claim_mappings, token_ttl: 60 });
  const reply = await login(fixture, 'Mapped', await fixture.serviceAccountToken());
  expect(reply.status).toBe(200);
  expect(reply.body?.['auth']).toMatchObject({
    lease_duration: 60,
    policies: ['default'],
    metadata: { namespace: 'payments', role: 'mapped' },
  });
});

describe('a login is refused for', () => {
  const validating = 'error validating token:';
  const claims = 'error validating claims:';
  const refusals: [string, object, string][] = [
    [
      'another audience',
      { bound_audiences: 'x' },
      `${validating} invalid audience (aud) claim: audience claim does not match any expected audience`,
    ],
    [
      'an audience that is not bound',
      { bound_audiences: [], bound_subject: subject },
      'audience claim found in JWT but no audiences bound to the role',
    ],
    ['another subject', { bound_subject: 'x' }, `${validating} invalid subject (sub) claim`],
    [
      'a claim of another value',
      { bound_claims: { '/kubernetes.io/namespace': ['web', 'shop'] } },
      `${claims} claim "/kubernetes.io/namespace" does not match any associated bound claim values`,
    ],
    ['a claim that is missing', { bound_claims: { team: 'x' } }, `${claims} claim "team" is missing`],
    [
      'a claim beyond a glob',
      { bound_claims_type: 'glob', bound_claims: { sub: 'system:serviceaccount:web:*' } },
      `${claims} claim "sub" does not match any associated bound claim values`,
    ],
    ['no user', { user_claim: 'email' }, 'claim "email" not found in token'],
    ['a user that is no string', { user_claim: 'exp' }, 'claim "exp" could not be converted to string'],
    [
      'a mapped claim that is no string',
      { claim_mappings: { exp: 'expiry' } },
      "error converting claim 'exp' to string",
    ],
  ];

  test.each(refusals)('%s', async (_name, role, error) => {
    const fixture = await startFixture();
    expect((await writeRole(fixture, 'new', { ...bound, ...role })).status).toBe(204);
    const reply = await login(fixture, 'new', await fixture.serviceAccountToken());
    expect([reply.status, reply.body]).toEqual([400, { errors: [error] }]);
    expect(fixture.vault.liveTokens()).toBe(0);
  });

  test.each([
    [
      'abc',
      `${validating} error verifying token signature: oidc: malformed jwt: go-jose/go-jose: compact JWS format must have three parts`,
    ],
    ['a.b.c', `${validating} error verifying token signature: failed to verify id token signature`],
    ['', 'missing token'],
  ])('the token %j', async (jwt, error) => {
    expect(errorsOf(await login(await startFixture(), 'fraud', jwt))).toEqual([error]);
  });

  test('another issuer’s signature, and a key that has been rotated away', async () => {
    const fixture = await startFixture();
    const forger = await ServiceAccountIssuer.create({ keyType: 'ec', clock: fixture.clock });
    const request = { namespace: 'payments', serviceAccount: 'fraud', audiences: ['vault'] };
    const { token: forged } = await forger.issue(request);
    const old = await fixture.serviceAccountToken();
    await fixture.issuer.rotateKeys();
    for (const jwt of [forged, old])
      expect(errorsOf(await login(fixture, 'fraud', jwt))).toEqual([
        `${validating} error verifying token signature: failed to verify id token signature`,
      ]);
  });

  test('a role that is not there, or not named', async () => {
    const fixture = await startFixture();
    const jwt = await fixture.serviceAccountToken();
    expect(errorsOf(await login(fixture, 'nobody', jwt))).toEqual(['role "nobody" could not be found']);
    expect(errorsOf(await login(fixture, undefined, jwt))).toEqual(['missing role']);
  });

  test('a key of another id, but not one of none', async () => {
    let kid: string | undefined = 'another';
    const fixture: Fixture = await startFixture({
      keys: () => {
        const key = { ...fixture.issuer.jwks().keys[0] };
        delete key.kid;
        return { keys: [{ ...key, ...(kid === undefined ? {} : { kid }) }] };
      },
    });
    const jwt = await fixture.serviceAccountToken();
    expect((await login(fixture, 'fraud', jwt)).status).toBe(400);
    kid = undefined;
    expect((await login(fixture, 'fraud', jwt)).status).toBe(200);
  });

  test('keys that cannot be fetched', async () => {
    const unreachable = (): never => {
      throw new Error('get keys failed: status 503');
    };
    const fixture = await startFixture({ keys: unreachable });
    expect(errorsOf(await login(fixture, 'fraud', await fixture.serviceAccountToken()))).toEqual([
      `${validating} error verifying token signature: fetching keys get keys failed: status 503`,
    ]);
  });
});

describe('time', () => {
  const signed = async (fixture: Fixture, claims: object): Promise<string> =>
    await fixture.issuer.sign({ sub: subject, aud: 'vault', ...claims });
  const now = Date.UTC(2026, 0, 1) / 1000;

  test.each([
    ['expired within the leeway', {}, { exp: now - 60 }, 200],
    ['expired beyond it', {}, { exp: now - 61 }, 400],
    ['a leeway of its own', { clock_skew_leeway: 300 }, { exp: now - 300 }, 200],
    ['no leeway', { clock_skew_leeway: -1 }, { exp: now - 1 }, 400],
    ['not before, within the leeway', {}, { nbf: now + 60, exp: now + 600 }, 200],
    ['not before, beyond it', {}, { nbf: now + 61, exp: now + 600 }, 400],
    ['no end: 150 s after the start, and the leeway', {}, { iat: now - 210 }, 200],
    ['no end, beyond that', {}, { iat: now - 211 }, 400],
    ['no times', {}, {}, 400],
  ])('%s', async (_name, role, claims, status) => {
    const fixture = await startFixture();
    await writeRole(fixture, 'new', { ...bound, ...role });
    expect((await login(fixture, 'new', await signed(fixture, claims))).status).toBe(status);
  });
});

describe('configuration', () => {
  const configure = (fixture: Fixture, body: object): Promise<VaultReply> =>
    fixture.call('POST', 'auth/jwt/config', { token: fixture.vault.rootToken, body });

  test('takes keys as PEM, an issuer and a default role', async () => {
    const fixture = await startFixture({ keys: undefined });
    const jwt = await fixture.serviceAccountToken();
    expect(errorsOf(await login(fixture, 'fraud', jwt))).toEqual(['could not load configuration']);
    const key = createPublicKey({ key: fixture.issuer.jwks().keys[0] as JWK, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' });
    const keys = { jwt_validation_pubkeys: [pem], default_role: 'fraud' };
    expect((await configure(fixture, { ...keys, bound_issuer: fixture.issuer.issuer })).status).toBe(204);
    expect((await login(fixture, undefined, jwt)).status).toBe(200);
    await configure(fixture, { ...keys, bound_issuer: 'https://elsewhere' });
    expect(errorsOf(await login(fixture, 'fraud', jwt))).toEqual([
      'error validating token: invalid issuer (iss) claim',
    ]);
    const request = { namespace: 'payments', serviceAccount: 'fraud' };
    const { token } = await (await ServiceAccountIssuer.create({ keyType: 'ec' })).issue(request);
    expect(errorsOf(await login(fixture, 'fraud', token))).toEqual([
      'error validating token: error verifying token signature: no known key successfully validated the token signature',
    ]);
  });

  test.each([
    [
      {},
      "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set",
    ],
    [
      { jwt_validation_pubkeys: 'x' },
      'error parsing public key: data does not contain any valid public keys',
    ],
    [
      { oidc_discovery_url: 'https://x' },
      'this server has no OIDC discovery: give it jwks_url or jwt_validation_pubkeys',
    ],
  ])('is refused as %j', async (body, error) => {
    const fixture = await startFixture({ keys: undefined });
    const reply = await configure(fixture, body);
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test.each([
    [{ ...bound, user_claim: '' }, 'a user claim must be defined on the role'],
    [
      { ...bound, bound_audiences: [] },
      'must have at least one bound constraint when creating/updating a role',
    ],
    [{ ...bound, bound_claims_type: 'odd' }, "invalid 'bound_claims_type': odd"],
    [{ ...bound, role_type: 'oidc' }, 'this server has no "oidc" roles: set \'role_type\' to "jwt"'],
  ])('of a role is refused as %j', async (body, error) => {
    const reply = await writeRole(await startFixture(), 'new', body);
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });
});
