import { describe, expect, test } from '@jest/globals';
import { dataOf, deniedError, errorsOf, invalidTokenError, payments, startFixture } from './fixture.ts';

const preflight = (path: string): string =>
  `preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`;
const look = 'sys/internal/ui/mounts';

describe('the mount of a path', () => {
  test('is shown with its type and version to who may touch something on it', async () => {
    const { call, logIn } = await startFixture();
    const reply = await call('GET', `${look}/secret/payments/db`, { token: await logIn() });
    expect(reply.status).toBe(200);
    expect(dataOf(reply)).toMatchObject({
      path: 'secret/',
      type: 'kv',
      options: { version: '2' },
      description: '',
    });
  });

  test.each([
    ['secret/other/db', 200, 'secret/'],
    ['secret', 200, 'secret/'],
    ['old/payments/db', 403, undefined],
    ['teams/payments/kv/db', 403, undefined],
    ['nothing/here', 403, undefined],
  ])('%s: %d', async (path, status, mount) => {
    const { call, logIn } = await startFixture();
    const reply = await call('GET', `${look}/${path}`, { token: await logIn() });
    expect([
      reply.status,
      (reply.body?.['data'] as { path: string } | undefined)?.path,
      errorsOf(reply),
    ]).toEqual([status, mount, status === 403 ? [preflight(`${path}/`)] : undefined]);
  });

  test.each([
    ['old/payments/db', 'old/', { version: '1' }],
    ['teams/payments/kv/a/b', 'teams/payments/kv/', { version: '2' }],
    ['auth/kubernetes', 'kubernetes/', {}],
  ])('may be several segments deep: %s', async (path, mount, options) => {
    const { call, vault } = await startFixture();
    const reply = await call('GET', `${look}/${path}`, { token: vault.rootToken });
    expect(dataOf(reply)).toMatchObject({ path: mount, options });
  });

  test('is nobody’s business without a token, or with a bad one', async () => {
    const { call } = await startFixture();
    for (const [token, error] of [
      [undefined, 'permission denied'],
      ['x', invalidTokenError],
    ] as const) {
      const reply = await call('GET', `${look}/secret/x`, token === undefined ? {} : { token });
      expect([reply.status, errorsOf(reply)]).toEqual([403, [error]]);
    }
  });
});

test('the table of mounts has what the token can see', async () => {
  const { call, logIn, vault } = await startFixture();
  const names = async (token?: string): Promise<unknown> => {
    const data = dataOf(await call('GET', look, token === undefined ? {} : { token }));
    return [Object.keys(data['secret'] as object), Object.keys(data['auth'] as object)];
  };
  expect(await names(await logIn())).toEqual([['cubbyhole/', 'identity/', 'secret/', 'sys/'], ['token/']]);
  expect(await names(vault.rootToken)).toEqual([
    ['cubbyhole/', 'identity/', 'old/', 'secret/', 'sys/', 'teams/payments/kv/'],
    ['jwt/', 'kubernetes/', 'token/'],
  ]);
  expect(await names()).toEqual([[], []]);
  expect(errorsOf(await call('GET', look, { token: 'x' }))).toEqual([invalidTokenError]);
});

describe('mounting over HTTP', () => {
  test.each([
    ['secret', { type: 'kv' }, 'path is already in use at secret/'],
    ['secret/below', { type: 'kv' }, 'path is already in use at secret/'],
    ['teams', { type: 'kv' }, 'path is already in use at teams/payments/kv/'],
    ['new', { type: 'odd' }, 'plugin not found in the catalog: odd'],
    ['new', {}, 'backend type must be specified as a string'],
    [
      'new',
      { type: 'kv', config: { max_lease_ttl: 'x' } },
      'Field validation failed: error converting input for field "max_lease_ttl"',
    ],
  ])('is refused at %s for %j', async (path, body, error) => {
    const { call, vault } = await startFixture();
    const reply = await call('POST', `sys/mounts/${path}`, { token: vault.rootToken, body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test('and unmounting act at once', async () => {
    const { call, vault } = await startFixture();
    const root = { token: vault.rootToken };
    const options = { description: 'new', config: { default_lease_ttl: '1h' } };
    await call('POST', 'sys/mounts/new', { ...root, body: { type: 'kv-v1', ...options } });
    const table = await call('GET', 'sys/mounts', root);
    expect(dataOf(table)['new/']).toMatchObject({
      type: 'kv',
      options: { version: '1' },
      description: 'new',
    });
    expect(table.body?.['new/']).toEqual(dataOf(table)['new/']);
    await vault.write('new/a', { a: 1 });
    expect((await call('GET', 'new/a', root)).body).toMatchObject({ lease_duration: 3600 });
    await vault.unmount('new');
    const gone = await call('GET', 'new/a', root);
    expect([gone.status, errorsOf(gone)]).toEqual([
      404,
      ['no handler for route "new/a". route entry not found.'],
    ]);
  });
});

test.each([
  ['nothing/here', 404, 'no handler for route "nothing/here". route entry not found.'],
  ['sys/nothing', 404, '1 error occurred:\n\t* unsupported path\n\n'],
  ['cubbyhole/x', 404, '1 error occurred:\n\t* unsupported path\n\n'],
  ['auth/token/create', 405, '1 error occurred:\n\t* unsupported operation\n\n'],
])('what is not there is refused: %s', async (path, status, error) => {
  const { call, vault, logIn } = await startFixture();
  const reply = await call('GET', path, { token: vault.rootToken });
  expect([reply.status, errorsOf(reply)]).toEqual([status, [error]]);
  if (path.startsWith('nothing'))
    expect(errorsOf(await call('GET', path, { token: await logIn() }))).toEqual([deniedError]);
});

describe('namespaces', () => {
  const setup = {
    ...payments,
    namespaces: {
      'team-a': {
        ...payments,
        secrets: { 'secret/payments/db': { password: 'of team a' } },
        namespaces: { inner: payments },
      },
    },
  };
  const passwordOf = (reply: { body: Record<string, unknown> | undefined }): unknown =>
    (reply.body?.['data'] as { data: { password: string } }).data.password;

  test('have their own secrets, by header and by path', async () => {
    const { call, vault } = await startFixture({ setup });
    const root = { token: vault.rootToken };
    const read = 'secret/data/payments/db';
    expect(passwordOf(await call('GET', read, root))).toBe('first');
    for (const namespace of ['team-a', 'team-a/', '/team-a'])
      expect(passwordOf(await call('GET', read, { ...root, namespace }))).toBe('of team a');
    expect(passwordOf(await call('GET', `team-a/${read}`, root))).toBe('of team a');
    expect(passwordOf(await call('GET', `inner/${read}`, { ...root, namespace: 'team-a' }))).toBe('first');
    expect(passwordOf(await call('GET', read, { ...root, namespace: 'root' }))).toBe('first');
    expect(await vault.read('team-a/secret/payments/db')).toEqual({ password: 'of team a' });
  });

  test('have their own logins, tokens and policies', async () => {
    const { call, serviceAccountToken, logIn } = await startFixture({ setup });
    const body = { role: 'fraud', jwt: await serviceAccountToken() };
    const reply = await call('POST', 'auth/kubernetes/login', { namespace: 'team-a', body });
    const { client_token: token } = reply.body?.['auth'] as { client_token: string };
    expect(token).toMatch(/^hvs\..*\.[\w-]{5}$/);
    const read = 'secret/data/payments/db';
    expect((await call('GET', read, { token, namespace: 'team-a' })).status).toBe(200);
    expect((await call('GET', `team-a/${read}`, { token })).status).toBe(200);
    for (const namespace of ['', 'team-a/inner'])
      expect(errorsOf(await call('GET', read, { token, namespace }))).toEqual([deniedError]);
    expect(errorsOf(await call('GET', read, { token: await logIn(), namespace: 'team-a' }))).toEqual([
      deniedError,
    ]);
    for (const [seen, status] of [
      [token, 200],
      [await logIn(), 403],
    ] as const) {
      const mount = await call('GET', `${look}/secret/payments/db`, { token: seen, namespace: 'team-a' });
      expect(mount.status).toBe(status);
    }
    const self = await call('GET', 'auth/token/lookup-self', { token });
    expect(dataOf(self)).toMatchObject({ namespace_path: 'team-a/', path: 'auth/kubernetes/login' });
  });

  test('keep their own root tokens inside', async () => {
    const { call, vault } = await startFixture({ setup });
    const create = { token: vault.rootToken, namespace: 'team-a', body: { policies: 'root' } };
    const made = await call('POST', 'auth/token/create', create);
    const { client_token: token } = made.body?.['auth'] as { client_token: string };
    const statuses = [];
    for (const namespace of ['team-a', 'team-a/inner', ''])
      statuses.push((await call('GET', 'secret/data/payments/db', { token, namespace })).status);
    expect(statuses).toEqual([200, 200, 403]);
  });

  test('are seen in the table of mounts', async () => {
    const { call, vault } = await startFixture({ setup });
    const root = { token: vault.rootToken, namespace: 'team-a' };
    expect(dataOf(await call('GET', `${look}/secret/x`, root))).toMatchObject({
      path: 'secret/',
      type: 'kv',
    });
    expect(dataOf(await call('GET', `${look}/sys`, root))).toMatchObject({ type: 'ns_system' });
  });

  test('that are not there are paths on which nothing is', async () => {
    const { call, vault } = await startFixture();
    const namespace = 'nowhere';
    const read = await call('GET', 'secret/data/x', { token: vault.rootToken, namespace });
    expect(errorsOf(read)).toEqual(['no handler for route "nowhere/secret/data/x". route entry not found.']);
    const login = await call('POST', 'auth/kubernetes/login', { namespace, body: {} });
    expect([login.status, errorsOf(login)]).toEqual([403, ['permission denied']]);
  });

  test('are made once, below one that is there', async () => {
    const { vault } = await startFixture({ setup });
    for (const options of [{}, { namespace: 'nowhere' }])
      expect(
        (await vault.request('update', 'sys/namespaces/team-a', {}, options)).status,
      ).toBeGreaterThanOrEqual(400);
  });
});
