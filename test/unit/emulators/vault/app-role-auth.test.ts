import { describe, expect, test } from '@jest/globals';
import { dataOf, errorsOf, startFixture, type Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const role = { token_policies: 'payments', token_ttl: '10m' };

const start = async (fields: object = {}): Promise<Fixture> => {
  const fixture = await startFixture();
  await fixture.vault.enableAuth('approle', {
    type: 'approle',
    roles: { app: { ...role, role_id: 'my-role', ...fields } },
    secretIds: { app: ['mine'] },
  });
  return fixture;
};

const login = ({ call }: Fixture, body: object): Promise<VaultReply> =>
  call('POST', 'auth/approle/login', { body });

const right = { role_id: 'my-role', secret_id: 'mine' };
const invalid = { status: 400, body: { errors: ['invalid role or secret ID'] } };

describe('a login', () => {
  test('is answered as Vault answers', async () => {
    const reply = await login(await start(), right);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        auth: {
          policies: ['default', 'payments'],
          metadata: { role_name: 'app' },
          lease_duration: 600,
          renewable: true,
          orphan: true,
          num_uses: 0,
        },
        mount_type: 'approle',
      },
    });
  });

  test.each([
    [{}, 500, 'missing role_id'],
    [{ role_id: 'my-role' }, 400, 'missing secret_id'],
    [{ ...right, role_id: 'other' }, 400, 'invalid role or secret ID'],
    [{ ...right, secret_id: 'other' }, 400, 'invalid role or secret ID'],
  ])('with %j is refused with HTTP %d', async (body, status, error) => {
    expect(await login(await start(), body)).toMatchObject({ status, body: { errors: [error] } });
  });

  test('uses a secret id up', async () => {
    const fixture = await start({ secret_id_num_uses: 2 });
    expect((await login(fixture, right)).status).toBe(200);
    expect((await login(fixture, right)).status).toBe(200);
    expect(await login(fixture, right)).toMatchObject(invalid);
  });

  test('takes no secret id that has expired or was destroyed', async () => {
    const fixture = await start({ secret_id_ttl: '1m' });
    await fixture.clock.advance(60_000);
    expect(await login(fixture, right)).toMatchObject(invalid);
    const secret_id = await fixture.vault.secretId('approle', 'app');
    expect((await login(fixture, { ...right, secret_id })).status).toBe(200);
    await fixture.vault.request('update', 'auth/approle/role/app/secret-id/destroy', { secret_id });
    expect(await login(fixture, { ...right, secret_id })).toMatchObject(invalid);
  });

  test('is renewed while the role is there', async () => {
    const fixture = await start();
    const { client_token: token } = (await login(fixture, right)).body?.['auth'] as { client_token: string };
    const renew = () => fixture.call('POST', 'auth/token/renew-self', { token });
    expect((await renew()).status).toBe(200);
    expect(dataOf(await fixture.call('GET', 'auth/token/lookup-self', { token }))).toMatchObject({
      display_name: 'approle',
      path: 'auth/approle/login',
    });
    await fixture.vault.request('delete', 'auth/approle/role/app');
    expect(errorsOf(await renew())).toEqual([
      '1 error occurred:\n\t* failed to renew entry: role "app" does not exist during renewal\n\n',
    ]);
  });
});

describe('a role', () => {
  const ask = ({ vault }: Fixture, path: string, data?: Record<string, unknown>) =>
    vault.request(data === undefined ? 'read' : 'update', `auth/approle/role/${path}`, data);

  test('is shown as Vault shows it', async () => {
    const fixture = await start({ secret_id_num_uses: 2, secret_id_ttl: '1h' });
    const { body } = await ask(fixture, 'app');
    expect(body?.['data']).toMatchObject({
      bind_secret_id: true,
      secret_id_num_uses: 2,
      secret_id_ttl: 3600,
      token_policies: ['payments'],
      token_ttl: 600,
      token_type: 'default',
    });
  });

  test('has a role id, made up or written', async () => {
    const fixture = await start();
    expect(await ask(fixture, 'app/role-id')).toMatchObject({ body: { data: { role_id: 'my-role' } } });
    await ask(fixture, 'app/role-id', { role_id: 'new' });
    expect((await login(fixture, { ...right, role_id: 'new' })).status).toBe(200);
    await ask(fixture, 'other', {});
    expect(await ask(fixture, 'other/role-id')).toMatchObject({
      body: { data: { role_id: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    });
  });

  test('gives out secret ids within its limits', async () => {
    const fixture = await start({ secret_id_num_uses: 2, secret_id_ttl: '1h' });
    const data = { num_uses: 1, ttl: '10s', metadata: '{"team":"payments"}' };
    expect(await ask(fixture, 'app/secret-id', data)).toMatchObject({
      status: 200,
      body: { data: { secret_id_num_uses: 1, secret_id_ttl: 10 } },
    });
    const uses = { body: { errors: ["num_uses cannot be higher than the role's secret_id_num_uses"] } };
    expect(await ask(fixture, 'app/secret-id', { num_uses: 3 })).toMatchObject(uses);
    expect(await ask(fixture, 'app/secret-id', { num_uses: 0 })).toMatchObject(uses);
    expect(await ask(fixture, 'app/secret-id', { ttl: '2h' })).toMatchObject({
      status: 400,
      body: { errors: ["ttl cannot be longer than the role's secret_id_ttl"] },
    });
    expect(await ask(fixture, 'app/custom-secret-id', { secret_id: 'mine' })).toMatchObject({
      status: 500,
      body: {
        errors: ['1 error occurred:\n\t* failed to store secret_id: SecretID is already registered\n\n'],
      },
    });
    expect(await ask(fixture, 'app/custom-secret-id', {})).toMatchObject({
      status: 400,
      body: { errors: ['missing secret_id'] },
    });
  });

  test('that is not there, or that nothing binds', async () => {
    const fixture = await start();
    expect(await ask(fixture, 'none/secret-id', {})).toMatchObject({
      status: 404,
      body: { errors: ['role "none" does not exist'] },
    });
    expect((await ask(fixture, 'none/role-id')).status).toBe(404);
    expect((await ask(fixture, 'none')).status).toBe(404);
    expect(await ask(fixture, 'open', { bind_secret_id: false })).toMatchObject({
      status: 500,
      body: { errors: ['1 error occurred:\n\t* at least one constraint should be enabled on the role\n\n'] },
    });
    expect(await ask(fixture, 'bad', { secret_id_num_uses: -1 })).toMatchObject({
      status: 400,
      body: { errors: ['secret_id_num_uses cannot be negative'] },
    });
    const listed = await fixture.vault.request('list', 'auth/approle/role');
    expect(listed.body?.['data']).toEqual({ keys: ['app'] });
  });
});
