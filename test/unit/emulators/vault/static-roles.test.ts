import { describe, expect, test } from '@jest/globals';
import { errorsOf, startFixture } from './fixture.ts';

describe('a static role', () => {
  const start = async () => {
    const fixture = await startFixture({
      setup: {
        mounts: {
          database: { type: 'database', staticRoles: { app: { username: 'app', rotation_period: '1h' } } },
        },
      },
    });
    const root = { token: fixture.vault.rootToken };
    const call = (method: string, path: string, body?: object) =>
      fixture.call(method, `database/${path}`, { ...root, ...(body === undefined ? {} : { body }) });
    const credentials = async () => {
      const { body } = await call('GET', 'static-creds/app');
      return body as { data: { password: string }; lease_id: string; lease_duration: number };
    };
    return { ...fixture, call, credentials };
  };

  test('has credentials without a lease, and says when they change', async () => {
    const { clock, credentials } = await start();
    const began = new Date(clock.now()).toISOString();
    await clock.advance(600_000);
    expect(await credentials()).toMatchObject({
      lease_id: '',
      lease_duration: 0,
      data: { username: 'app', rotation_period: 3600, ttl: 3000, last_vault_rotation: began },
    });
  });

  test('changes the password every period, counted from the first', async () => {
    const { clock, credentials } = await start();
    const { password } = (await credentials()).data;
    await clock.advance(3_599_000);
    expect((await credentials()).data).toMatchObject({ password, ttl: 1 });
    await clock.advance(9_000_000);
    const later = (await credentials()).data;
    expect(later).toMatchObject({ ttl: 1801 });
    expect(later.password).not.toBe(password);
  });

  test('changes it at once when told to', async () => {
    const { call, clock, credentials } = await start();
    const { password } = (await credentials()).data;
    await clock.advance(600_000);
    expect((await call('POST', 'rotate-role/app', {})).status).toBe(204);
    expect((await credentials()).data).toMatchObject({ ttl: 3600 });
    expect((await credentials()).data.password).not.toBe(password);
  });

  test.each<[string, object | undefined, number, string[] | undefined]>([
    ['GET static-creds/none', undefined, 400, ['unknown role: none']],
    ['POST rotate-role/none', {}, 400, ['unknown role: none']],
    ['POST static-creds/app', {}, 405, undefined],
    ['GET rotate-role/app', undefined, 405, undefined],
    ['GET static-roles/none', undefined, 404, []],
    [
      'POST static-roles/new',
      { rotation_period: '1h' },
      400,
      ['username is a required field to create a static account'],
    ],
    [
      'POST static-roles/new',
      { username: 'x', rotation_period: 4 },
      400,
      ['rotation_period must be 5 seconds or more'],
    ],
  ])('%s %j: %d', async (request, body, status, errors) => {
    const { call } = await start();
    const [method = '', path = ''] = request.split(' ');
    const reply = await call(method, path, body);
    expect(reply.status).toBe(status);
    if (errors !== undefined) expect(errorsOf(reply)).toEqual(errors);
  });

  test('is listed, shown and deleted', async () => {
    const { call } = await start();
    expect((await call('GET', 'static-roles?list=true')).body?.['data']).toEqual({ keys: ['app'] });
    expect((await call('GET', 'static-roles/app')).body?.['data']).toEqual({
      username: 'app',
      rotation_period: 3600,
    });
    await call('DELETE', 'static-roles/app');
    expect((await call('GET', 'static-creds/app')).status).toBe(400);
  });
});
