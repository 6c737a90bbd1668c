import { describe, expect, test } from '@jest/globals';
import { deniedError, errorsOf, payments, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const setup = {
  ...payments,
  policies: { payments: 'path "database/creds/*" { capabilities = ["read"] }' },
  mounts: {
    ...payments.mounts,
    database: { type: 'database', roles: { readonly: { default_ttl: '5m', max_ttl: '20m' } } },
  },
} as const;

/** Reads credentials as the payments team. */
async function read(fixture: Fixture): Promise<{ token: string; reply: VaultReply; lease: string }> {
  const token = await fixture.logIn();
  const reply = await fixture.call('GET', 'database/creds/readonly', { token });
  return { token, reply, lease: reply.body?.['lease_id'] as string };
}

const renew = ({ call }: Fixture, token: string, body: object): Promise<VaultReply> =>
  call('POST', 'sys/leases/renew', { token, body });

describe('credentials', () => {
  test('are made up at each read, and leased', async () => {
    const fixture = await startFixture({ setup });
    const { token, reply } = await read(fixture);
    expect(reply.body).toMatchObject({
      lease_id: expect.stringMatching(/^database\/creds\/readonly\/[\w-]{24}$/),
      lease_duration: 300,
      renewable: true,
      data: {
        username: expect.stringMatching(/^v-kubernet-readonly-[A-Za-z0-9]{20}-\d+$/),
        password: expect.stringMatching(/^[A-Za-z0-9]{4}-[A-Za-z0-9]{15}$/),
      },
    });
    const again = await fixture.call('GET', 'database/creds/readonly', { token });
    expect(again.body?.['data']).not.toEqual(reply.body?.['data']);
    expect(fixture.vault.liveLeases()).toHaveLength(2);
  });

  test('of an unknown role are refused', async () => {
    const fixture = await startFixture({ setup });
    const reply = await fixture.call('GET', 'database/creds/other', { token: fixture.vault.rootToken });
    expect([reply.status, errorsOf(reply)]).toEqual([400, ['unknown role: other']]);
  });

  test('are seen to be of another engine', async () => {
    const fixture = await startFixture({ setup });
    const token = await fixture.logIn();
    const reply = await fixture.call('GET', 'sys/internal/ui/mounts/database/creds/readonly', { token });
    expect(reply.body?.['data']).toMatchObject({ path: 'database/', type: 'database', options: {} });
  });
});

describe('a lease', () => {
  test('is renewed up to its maximum', async () => {
    const fixture = await startFixture({ setup });
    const { token, lease } = await read(fixture);
    await fixture.clock.advance(200_000);
    const reply = await renew(fixture, token, { lease_id: lease });
    expect(reply.body).toMatchObject({ lease_id: lease, lease_duration: 300, renewable: true, data: null });
    await fixture.clock.advance(200_000);
    const capped = await renew(fixture, token, { lease_id: lease, increment: '1h' });
    const warning = 'TTL of "1h" exceeded the effective max_ttl of "13m20s"; TTL value is capped accordingly';
    expect(capped.body).toMatchObject({ lease_duration: 800, warnings: [warning] });
  });

  test.each([
    [
      'its time',
      async ({ clock }: Fixture) => {
        await clock.advance(300_000);
      },
    ],
    [
      'its revocation',
      async ({ call, vault }: Fixture, lease: string) => {
        const reply = await call('POST', 'sys/leases/revoke', {
          token: vault.rootToken,
          body: { lease_id: lease },
        });
        expect(reply.status).toBe(204);
      },
    ],
    [
      'its token',
      async ({ call }: Fixture, _lease: string, token: string) => {
        await call('POST', 'auth/token/revoke-self', { token });
      },
    ],
  ])('ends with %s', async (_name, end) => {
    const fixture = await startFixture({ setup });
    const { token, lease } = await read(fixture);
    await end(fixture, lease, token);
    const reply = await renew(fixture, fixture.vault.rootToken, { lease_id: lease });
    expect([reply.status, errorsOf(reply)]).toEqual([400, ['lease not found']]);
    expect(fixture.vault.liveLeases()).toEqual([]);
  });

  test('can be looked up', async () => {
    const fixture = await startFixture({ setup });
    const { token, lease } = await read(fixture);
    await fixture.clock.advance(60_000);
    await renew(fixture, token, { lease_id: lease });
    const reply = await fixture.call('POST', 'sys/leases/lookup', { token, body: { lease_id: lease } });
    expect(reply.body?.['data']).toEqual({
      expire_time: '2026-01-01T00:06:00.000Z',
      id: lease,
      issue_time: '2026-01-01T00:00:00.000Z',
      last_renewal: '2026-01-01T00:01:00.000Z',
      path: 'database/creds/readonly',
      renewable: true,
      ttl: 300,
    });
  });

  test('can be revoked only by who may, which the default policy does not say', async () => {
    const fixture = await startFixture({ setup });
    const { token, lease } = await read(fixture);
    const reply = await fixture.call('POST', 'sys/leases/revoke', { token, body: { lease_id: lease } });
    expect([reply.status, errorsOf(reply)]).toEqual([403, [deniedError]]);
  });

  test('needs its role at each renewal', async () => {
    const fixture = await startFixture({ setup });
    const { token, lease } = await read(fixture);
    await fixture.call('DELETE', 'database/roles/readonly', { token: fixture.vault.rootToken });
    const reply = await renew(fixture, token, { lease_id: lease });
    const error = 'failed to renew entry: error during renew: could not find role with name "readonly"';
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test.each([
    ['renew', {}, 'lease_id must be specified'],
    ['renew', { lease_id: 'x' }, 'lease not found'],
    ['lookup', { lease_id: 'x' }, 'invalid lease'],
    [
      'renew',
      { lease_id: 'x', increment: 'y' },
      'Field validation failed: error converting input for field "increment"',
    ],
  ])('is not there: %s %j', async (verb, body, error) => {
    const { call, vault } = await startFixture({ setup });
    const reply = await call('POST', `sys/leases/${verb}`, { token: vault.rootToken, body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test('of a namespace is found from outside of it', async () => {
    const fixture = await startFixture({ setup: { namespaces: { 'team-a': setup } } });
    const body = { role: 'fraud', jwt: await fixture.serviceAccountToken() };
    const login = await fixture.call('POST', 'auth/kubernetes/login', { namespace: 'team-a', body });
    const { client_token: token } = login.body?.['auth'] as { client_token: string };
    const reply = await fixture.call('GET', 'database/creds/readonly', { namespace: 'team-a', token });
    expect((await renew(fixture, token, { lease_id: reply.body?.['lease_id'] })).status).toBe(200);
  });
});

describe('the token decides', () => {
  const logInAs = async (fixture: Fixture, over: Record<string, unknown>): Promise<string> => {
    const role = payments.auth?.['kubernetes']?.roles?.['fraud'];
    await fixture.vault.role('kubernetes', 'fraud', { ...role, ...over });
    return fixture.logIn();
  };

  test('how long a lease of a batch token is at most', async () => {
    const fixture = await startFixture({ setup });
    const token = await logInAs(fixture, { token_type: 'batch', token_ttl: '2m' });
    const reply = await fixture.call('GET', 'database/creds/readonly', { token });
    expect(reply.body).toMatchObject({ lease_duration: 120, renewable: true });
    await fixture.clock.advance(60_000);
    const renewed = await renew(fixture, token, { lease_id: reply.body?.['lease_id'], increment: 300 });
    expect(renewed.body).toMatchObject({ lease_duration: 60 });
  });

  test('that its last request gets no lease', async () => {
    const fixture = await startFixture({ setup });
    const token = await logInAs(fixture, { token_num_uses: 2 });
    const first = await fixture.call('GET', 'database/creds/readonly', { token });
    expect(first.status).toBe(200);
    const last = await fixture.call('GET', 'database/creds/readonly', { token });
    expect([last.status, errorsOf(last)]).toEqual([
      400,
      ['Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.'],
    ]);
    expect(fixture.vault.liveLeases()).toEqual([]);
  });

  test('but other answers it does get', async () => {
    const fixture = await startFixture({ setup });
    const token = await logInAs(fixture, { token_num_uses: 1 });
    expect((await fixture.call('GET', 'sys/internal/ui/mounts', { token })).status).toBe(200);
    expect((await fixture.call('GET', 'auth/token/lookup-self', { token })).status).toBe(200);
  });
});
