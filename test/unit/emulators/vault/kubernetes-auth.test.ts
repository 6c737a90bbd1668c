import { describe, expect, test } from '@jest/globals';
import { errorsOf, payments, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const login = (fixture: Fixture, role: unknown, jwt: unknown): Promise<VaultReply> =>
  fixture.call('POST', 'auth/kubernetes/login', { body: { role, jwt } });

const apiToken = { audiences: ['https://kubernetes.default.svc'] };

describe('a login', () => {
  test('is answered as Vault answers', async () => {
    const fixture = await startFixture();
    const reply = await login(fixture, 'fraud', await fixture.serviceAccountToken());
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(reply.text.endsWith('\n')).toBe(true);
    expect(reply.body).toEqual({
      request_id: expect.any(String),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: {
        client_token: expect.stringMatching(/^hvs\.[\w-]{90,}$/),
        accessor: expect.stringMatching(/^[0-9a-f]{24}$/),
        policies: ['default', 'payments'],
        token_policies: ['default', 'payments'],
        metadata: {
          role: 'fraud',
          service_account_name: 'fraud',
          service_account_namespace: 'payments',
          service_account_secret_name: '',
          service_account_uid: fixture.issuer.serviceAccountUid('payments', 'fraud'),
        },
        lease_duration: 600,
        renewable: true,
        entity_id: expect.any(String),
        token_type: 'service',
        orphan: true,
        mfa_requirement: null,
        num_uses: 0,
      },
      mount_type: 'kubernetes',
    });
  });

  test('gives the same entity each time, and another token', async () => {
    const fixture = await startFixture();
    const jwt = await fixture.serviceAccountToken();
    const [one, two] = [await login(fixture, 'fraud', jwt), await login(fixture, 'fraud', jwt)];
    const auths = [one, two].map((reply) => reply.body?.['auth'] as Record<string, string>);
    expect(auths[0]?.['entity_id']).toBe(auths[1]?.['entity_id']);
    expect(auths[0]?.['client_token']).not.toBe(auths[1]?.['client_token']);
  });

  test.each(['FRAUD', 'globs'])('finds the role %s: any case, globs', async (role) => {
    const fixture = await startFixture();
    expect((await login(fixture, role, await fixture.serviceAccountToken())).status).toBe(200);
  });

  test('lasts for Vault’s own 32 days where the role does not say', async () => {
    const fixture = await startFixture();
    const reply = await login(fixture, 'fraud-any', await fixture.serviceAccountToken(apiToken));
    expect(reply.body?.['auth']).toMatchObject({ lease_duration: 2_764_800 });
  });
});

describe('a role without an audience', () => {
  test.each([
    ['strictest', apiToken, 200],
    ['strictest', {}, 403],
    ['client', apiToken, 200],
    ['client', {}, 403],
    ['vault', apiToken, 200],
    ['vault', {}, 200],
  ] as const)('with reviewer %s and a token of %j: %d', async (reviewer, request, status) => {
    const fixture = await startFixture({ reviewer });
    const reply = await login(fixture, 'fraud-any', await fixture.serviceAccountToken(request));
    expect(reply.status).toBe(status);
    if (status === 403) expect(errorsOf(reply)).toEqual(['permission denied']);
  });
});

describe('a role with an audience', () => {
  test.each([
    ['strictest', ['vault'], 200],
    ['vault', ['vault', 'other'], 200],
    ['client', ['vault'], 403],
    ['client', ['vault', 'https://kubernetes.default.svc'], 200],
  ] as const)('with reviewer %s and a token for %j: %d', async (reviewer, audiences, status) => {
    const fixture = await startFixture({ reviewer });
    expect((await login(fixture, 'fraud', await fixture.serviceAccountToken({ audiences }))).status).toBe(
      status,
    );
  });
});

test('several mounts of the method know only their own roles', async () => {
  const role = payments.auth?.['kubernetes']?.roles?.['fraud'];
  const fixture = await startFixture({
    setup: {
      auth: {
        'clusters/east': { type: 'kubernetes', roles: { east: role! } },
        kubernetes: { type: 'kubernetes' },
      },
    },
  });
  const jwt = await fixture.serviceAccountToken();
  const east = await fixture.call('POST', 'auth/clusters/east/login', { body: { role: 'east', jwt } });
  expect(east.status).toBe(200);
  expect(errorsOf(await login(fixture, 'east', jwt))).toEqual(['invalid role name "east"']);
});
