import { describe, expect, test } from '@jest/globals';
import { dataOf, errorsOf, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const asRoot =
  ({ call, vault }: Fixture) =>
  (method: string, path: string, body?: unknown): Promise<VaultReply> =>
    call(method, path, { token: vault.rootToken, ...(body === undefined ? {} : { body }) });

const created = '2026-01-01T00:00:00.000Z';
const metadata = {
  created_time: created,
  custom_metadata: null,
  deletion_time: '',
  destroyed: false,
  version: 1,
};

describe('KV version 2', () => {
  test('reads data with its metadata', async () => {
    const root = asRoot(await startFixture());
    const reply = await root('GET', 'secret/data/payments/db');
    expect(reply.body).toMatchObject({ lease_id: '', lease_duration: 0, renewable: false, mount_type: 'kv' });
    expect(dataOf(reply)).toEqual({ data: { username: 'app', password: 'first' }, metadata });
  });

  test('keeps versions', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    expect(await fixture.vault.rotate('secret/payments/db', { password: 'second' })).toBe(2);
    const passwords = [];
    for (const version of ['', '0', '1', '2'])
      passwords.push(
        (
          dataOf(await root('GET', `secret/data/payments/db?version=${version}`))['data'] as {
            password: string;
          }
        ).password,
      );
    expect(passwords).toEqual(['second', 'second', 'first', 'second']);
    const none = await root('GET', 'secret/data/payments/db?version=3');
    expect([none.status, none.body]).toEqual([404, { errors: [] }]);
    const odd = await root('GET', 'secret/data/payments/db?version=x');
    expect([odd.status, errorsOf(odd)]).toEqual([
      400,
      ['Field validation failed: error converting input for field "version"'],
    ]);
  });

  test('answers a key that is not there with 404 and no errors', async () => {
    const reply = await asRoot(await startFixture())('GET', 'secret/data/payments/none');
    expect([reply.status, reply.body]).toEqual([404, { errors: [] }]);
  });

  test('answers a deleted version with 404, no data and when it was', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    await fixture.clock.advance(1000);
    await fixture.vault.delete('secret/payments/db');
    await fixture.clock.advance(1000);
    const reply = await root('GET', 'secret/data/payments/db');
    expect(reply.status).toBe(404);
    const deleted = { ...metadata, deletion_time: '2026-01-01T00:00:01.000Z' };
    expect(reply.body).toMatchObject({ data: { data: null, metadata: deleted } });
    await fixture.vault.undelete('secret/payments/db', [1]);
    expect((await root('GET', 'secret/data/payments/db')).status).toBe(200);
  });

  test('answers a destroyed version likewise, for good', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    await fixture.vault.delete('secret/payments/db');
    await fixture.vault.destroy('secret/payments/db', [1]);
    await fixture.vault.undelete('secret/payments/db', [1]);
    const reply = await root('GET', 'secret/data/payments/db');
    expect([reply.status, dataOf(reply)]).toEqual([
      404,
      { data: null, metadata: { ...metadata, deletion_time: created, destroyed: true } },
    ]);
  });

  test('deletes versions by themselves when their time is over', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    await root('POST', 'secret/metadata/payments/short', { delete_version_after: '90s' });
    await fixture.vault.write('secret/payments/short', { a: 1 });
    await fixture.clock.advance(90_000);
    expect((await root('GET', 'secret/data/payments/short')).status).toBe(200);
    await fixture.clock.advance(1);
    expect((await root('GET', 'secret/data/payments/short')).status).toBe(404);
  });

  test.each([
    [{ data: {}, options: { cas: 0 } }, 'check-and-set parameter did not match the current version'],
    [{ data: {}, options: { cas: 2 } }, 'check-and-set parameter did not match the current version'],
    [{ data: {}, options: { cas: 'x' } }, 'error parsing check-and-set parameter'],
    [{ password: 'x' }, 'no data provided'],
    [{ data: 'x' }, 'Field validation failed: error converting input for field "data"'],
  ])('refuses to write %j', async (body, error) => {
    const reply = await asRoot(await startFixture())('POST', 'secret/data/payments/db', body);
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test('writes with check-and-set, and only so where it is required', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    expect(await fixture.vault.write('secret/payments/db', { a: 1 }, { cas: 1 })).toBe(2);
    await root('POST', 'secret/config', { cas_required: true });
    const refused = await root('POST', 'secret/data/payments/db', { data: {} });
    expect(errorsOf(refused)).toEqual(['check-and-set parameter required for this call']);
    const written = await root('POST', 'secret/data/payments/db', { data: {}, options: { cas: 2 } });
    expect(dataOf(written)).toEqual({ ...metadata, version: 3 });
  });

  test('keeps ten versions, or as many as it is told', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    for (let version = 2; version <= 12; version += 1)
      await fixture.vault.write('secret/payments/db', { version });
    const shown = dataOf(await root('GET', 'secret/metadata/payments/db'));
    expect(shown).toMatchObject({ current_version: 12, oldest_version: 3, max_versions: 0 });
    expect(Object.keys(shown['versions'] as object)).toEqual([
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
    ]);
    await root('POST', 'secret/metadata/payments/db', { max_versions: 2, custom_metadata: { team: 'x' } });
    await fixture.vault.write('secret/payments/db', { version: 13 });
    expect(dataOf(await root('GET', 'secret/metadata/payments/db'))).toMatchObject({
      oldest_version: 12,
      custom_metadata: { team: 'x' },
    });
    expect((await root('GET', 'secret/data/payments/db?version=11')).status).toBe(404);
  });

  test('lists keys and folders, and forgets a key whose metadata is deleted', async () => {
    const root = asRoot(await startFixture());
    expect(dataOf(await root('GET', 'secret/metadata?list=true'))).toEqual({ keys: ['other/', 'payments/'] });
    expect(dataOf(await root('GET', 'secret/metadata/payments/?list=true'))).toEqual({ keys: ['db'] });
    expect((await root('DELETE', 'secret/metadata/payments/db')).status).toBe(204);
    expect((await root('GET', 'secret/data/payments/db')).status).toBe(404);
    expect((await root('GET', 'secret/metadata/payments?list=true')).status).toBe(404);
  });

  test.each([
    ['GET', 'secret/payments/db', 'get'],
    ['POST', 'secret/payments/db', 'put'],
    ['DELETE', 'secret/payments/db', 'delete'],
  ])('says to %s %s that this is another version', async (method, path, verb) => {
    const reply = await asRoot(await startFixture())(method, path, method === 'POST' ? { a: 1 } : undefined);
    expect(reply.status).toBe(404);
    expect(reply.body?.['warnings']).toEqual([expect.stringContaining(`use 'vault kv ${verb}'`)]);
  });

  test.each(['delete', 'undelete', 'destroy'])('wants to know which versions to %s', async (verb) => {
    const reply = await asRoot(await startFixture())('POST', `secret/${verb}/payments/db`, {});
    expect([reply.status, errorsOf(reply)]).toEqual([
      400,
      [`${verb === 'destroy' ? 'no' : 'No'} version number provided`],
    ]);
  });
});

describe('KV version 1', () => {
  test('reads what was written, with a duration and no lease', async () => {
    const root = asRoot(await startFixture());
    const reply = await root('GET', 'old/payments/db');
    expect(reply.body).toMatchObject({ data: { password: 'old' }, lease_id: '', lease_duration: 2_764_800 });
    await root('POST', 'old/short', { ttl: '1h', a: 1 });
    expect((await root('GET', 'old/short')).body).toMatchObject({
      data: { ttl: '1h', a: 1 },
      lease_duration: 3600,
    });
  });

  test('takes the duration from a secret that says one, as was once usual under another name too', async () => {
    const root = asRoot(await startFixture());
    await root('POST', 'old/lease', { lease: '90s' });
    expect((await root('GET', 'old/lease')).body).toMatchObject({ lease_duration: 90 });
    await root('POST', 'old/odd', { ttl: 'soon' });
    expect((await root('GET', 'old/odd')).body).toMatchObject({ lease_duration: 2_764_800 });
  });

  test('overwrites, lists and deletes', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    expect(await fixture.vault.rotate('old/payments/db', { password: 'new' })).toBe(0);
    expect(await fixture.vault.read('old/payments/db')).toEqual({ password: 'new' });
    expect(dataOf(await root('GET', 'old?list=true'))).toEqual({ keys: ['payments/'] });
    expect((await root('DELETE', 'old/payments/db')).status).toBe(204);
    const gone = await root('GET', 'old/payments/db');
    expect([gone.status, gone.body]).toEqual([404, { errors: [] }]);
  });

  test('refuses to write nothing', async () => {
    const root = asRoot(await startFixture());
    expect(errorsOf(await root('POST', 'old/a', {}))).toEqual(['missing data fields']);
    expect(errorsOf(await root('POST', 'old/a/', { a: 1 }))).toEqual([
      "cannot write to a path ending in '/'",
    ]);
  });
});

describe('paths', () => {
  test('are decoded once, as a whole', async () => {
    const root = asRoot(await startFixture());
    await root('POST', 'old/a%20b%2Fc+d', { a: 1 });
    expect((await root('GET', 'old/a%20b/c%2Bd')).status).toBe(200);
    expect((await root('GET', 'old/%E0%A4%A')).status).toBe(404);
  });

  test.each([
    ['old//a', '/v1/old/a'],
    ['old/payments/../a', '/v1/old/a'],
    ['old/payments/%2e%2e/a?version=1', '/v1/old/a?version=1'],
    ['old/./a', '/v1/old/a'],
  ])('that are not clean are redirected: %s', async (path, location) => {
    const reply = await asRoot(await startFixture())('GET', path);
    expect([reply.status, reply.headers.location]).toEqual([307, location]);
  });

  test('never leave the mount from within either', async () => {
    const { vault } = await startFixture();
    expect(await vault.request('read', 'secret/data/../x')).toEqual({
      status: 400,
      body: { errors: ['relative paths not supported'] },
    });
  });

  test.each([
    ['POST', 'old/a', '{', 400, 'error parsing JSON'],
    ['PATCH', 'old/a', '{}', 405, undefined],
  ] as const)('%s %s of %s is refused', async (...[method, path, body, status, error]) => {
    const reply = await asRoot(await startFixture())(method, path, body);
    expect([reply.status, errorsOf(reply)]).toEqual([status, error === undefined ? [] : [error]]);
  });
});
