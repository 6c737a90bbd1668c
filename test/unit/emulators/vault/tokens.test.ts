import { describe, expect, test } from '@jest/globals';
import { dataOf, deniedError, errorsOf, invalidTokenError, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';

const self = (verb: string): string => `auth/token/${verb}-self`;
const read = 'secret/data/payments/db';

/** A role with other token fields, logged in to. */
async function logInWith(fixture: Fixture, fields: Record<string, unknown>): Promise<string> {
  const names = { bound_service_account_names: 'fraud', bound_service_account_namespaces: 'payments' };
  await fixture.vault.role('kubernetes', 'new', {
    ...names,
    audience: 'vault',
    token_policies: 'payments',
    ...fields,
  });
  return await fixture.logIn('new');
}

describe('a token', () => {
  test('shows what it is', async () => {
    const fixture = await startFixture();
    const token = await fixture.logIn();
    await fixture.clock.advance(90_000);
    const reply = await fixture.call('GET', self('lookup'), { token });
    expect(dataOf(reply)).toEqual({
      accessor: expect.any(String),
      creation_time: Date.UTC(2026, 0, 1) / 1000,
      creation_ttl: 600,
      display_name: 'kubernetes-payments-fraud',
      entity_id: expect.any(String),
      expire_time: '2026-01-01T00:10:00.000Z',
      explicit_max_ttl: 0,
      id: token,
      issue_time: '2026-01-01T00:00:00.000Z',
      meta: expect.objectContaining({ role: 'fraud' }),
      num_uses: 0,
      orphan: true,
      path: 'auth/kubernetes/login',
      policies: ['default', 'payments'],
      renewable: true,
      ttl: 510,
      type: 'service',
    });
  });

  test('ends with its time', async () => {
    const fixture = await startFixture();
    const token = await fixture.logIn();
    await fixture.clock.advance(599_000);
    expect((await fixture.call('GET', read, { token })).status).toBe(200);
    await fixture.clock.advance(1_000);
    const reply = await fixture.call('GET', read, { token });
    expect([reply.status, errorsOf(reply)]).toEqual([403, [invalidTokenError]]);
  });

  test.each([
    ['none', undefined, 'permission denied'],
    ['an unknown one', 'hvs.unknown', invalidTokenError],
  ])('that is %s', async (_name, token, error) => {
    const { call } = await startFixture();
    const reply = await call('GET', read, token === undefined ? {} : { token });
    expect([reply.status, reply.body]).toEqual([403, { errors: [error] }]);
  });

  test('may come as a bearer token', async () => {
    const fixture = await startFixture();
    const headers = { authorization: `Bearer ${await fixture.logIn()}` };
    expect((await fixture.call('GET', read, { headers })).status).toBe(200);
  });

  test('is over when it is revoked, by itself or by the administrator', async () => {
    const fixture = await startFixture();
    const [one, two] = [await fixture.logIn(), await fixture.logIn()];
    expect((await fixture.call('POST', self('revoke'), { token: one })).status).toBe(204);
    expect(errorsOf(await fixture.call('GET', read, { token: one }))).toEqual([invalidTokenError]);
    expect((await fixture.call('GET', read, { token: two })).status).toBe(200);
    expect(fixture.vault.revokeAllTokens()).toBe(1);
    expect(errorsOf(await fixture.call('GET', read, { token: two }))).toEqual([invalidTokenError]);
    expect((await fixture.call('GET', read, { token: fixture.vault.rootToken })).status).toBe(200);
  });

  test('that may be used twice is used up then', async () => {
    const fixture = await startFixture();
    const token = await logInWith(fixture, { token_num_uses: 2 });
    const first = await fixture.call('GET', self('lookup'), { token });
    const second = await fixture.call('GET', self('lookup'), { token });
    expect([dataOf(first)['num_uses'], dataOf(second)['num_uses']]).toEqual([1, -1]);
    expect(errorsOf(await fixture.call('GET', read, { token }))).toEqual([invalidTokenError]);
  });

  test('without the default policy cannot look at itself', async () => {
    const fixture = await startFixture();
    const token = await logInWith(fixture, { token_no_default_policy: true });
    expect(errorsOf(await fixture.call('GET', self('lookup'), { token }))).toEqual([deniedError]);
    expect((await fixture.call('GET', read, { token })).status).toBe(200);
  });

  test('of type batch cannot be renewed or revoked', async () => {
    const fixture = await startFixture();
    const token = await logInWith(fixture, { token_type: 'batch', token_ttl: 60 });
    expect(token).toMatch(/^hvb\./);
    const shown = dataOf(await fixture.call('GET', self('lookup'), { token }));
    expect(shown).toMatchObject({ type: 'batch', renewable: false, accessor: '' });
    const errors = [];
    for (const verb of ['renew', 'revoke'])
      errors.push(...(errorsOf(await fixture.call('POST', self(verb), { token })) as string[]));
    expect(errors).toEqual(['batch tokens cannot be renewed', 'batch tokens cannot be revoked']);
  });

  test('of a login is never a root one', async () => {
    const fixture = await startFixture();
    const names = {
      bound_service_account_names: '*',
      bound_service_account_namespaces: '*',
      audience: 'vault',
    };
    await fixture.vault.role('kubernetes', 'new', { ...names, token_policies: 'Root' });
    const body = { role: 'new', jwt: await fixture.serviceAccountToken() };
    const reply = await fixture.call('POST', 'auth/kubernetes/login', { body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, ['auth methods cannot create root tokens']]);
  });
});

describe('renewal', () => {
  test('starts the time anew, up to the maximum', async () => {
    const fixture = await startFixture();
    const token = await fixture.logIn();
    const renew = async (body: object = {}): Promise<unknown[]> => {
      const reply = await fixture.call('POST', self('renew'), { token, body });
      return [(reply.body?.['auth'] as { lease_duration: number }).lease_duration, reply.body?.['warnings']];
    };
    await fixture.clock.advance(300_000);
    expect(await renew()).toEqual([600, null]);
    expect(await renew({ increment: '20m' })).toEqual([1200, null]);
    await fixture.clock.advance(300_000);
    const warning = 'TTL of "2h" exceeded the effective max_ttl of "50m"; TTL value is capped accordingly';
    expect(await renew({ increment: 7200 })).toEqual([3000, [warning]]);
    await fixture.clock.advance(2_999_000);
    expect((await fixture.call('GET', read, { token })).status).toBe(200);
    await fixture.clock.advance(1_000);
    expect((await fixture.call('GET', read, { token })).status).toBe(403);
  });

  test('answers with the token as a login does', async () => {
    const fixture = await startFixture();
    const token = await fixture.logIn();
    const reply = await fixture.call('POST', self('renew'), { token, body: {} });
    expect(reply.body?.['auth']).toMatchObject({
      client_token: token,
      renewable: true,
      policies: ['default', 'payments'],
    });
  });

  test('of a periodic token has no end', async () => {
    const fixture = await startFixture();
    const token = await logInWith(fixture, { token_period: '5m', token_max_ttl: '6m' });
    for (let renewal = 0; renewal < 10; renewal += 1) {
      await fixture.clock.advance(299_000);
      expect((await fixture.call('POST', self('renew'), { token, body: {} })).status).toBe(200);
    }
  });

  test('needs the role, takes its new terms', async () => {
    const fixture = await startFixture();
    const token = await fixture.logIn();
    await fixture.vault.role('kubernetes', 'fraud', { token_ttl: '7m' });
    const renewed = await fixture.call('POST', self('renew'), { token, body: {} });
    expect(renewed.body?.['auth']).toMatchObject({ lease_duration: 420 });
    await fixture.call('DELETE', 'auth/kubernetes/role/fraud', { token: fixture.vault.rootToken });
    const reply = await fixture.call('POST', self('renew'), { token, body: {} });
    const error =
      '1 error occurred:\n\t* failed to renew entry: role fraud does not exist during renewal\n\n';
    expect([reply.status, errorsOf(reply)]).toEqual([500, [error]]);
  });

  test('is nothing for the root token', async () => {
    const { call, vault } = await startFixture();
    const reply = await call('POST', self('renew'), { token: vault.rootToken, body: {} });
    expect([reply.status, errorsOf(reply)]).toEqual([400, ['lease is not renewable']]);
  });
});

describe('a token of a token', () => {
  test('ends with its parent', async () => {
    const fixture = await startFixture();
    const root = { token: fixture.vault.rootToken };
    const create = async (token: string, body: object): Promise<string> => {
      const reply = await fixture.call('POST', 'auth/token/create', { token, body });
      return (reply.body?.['auth'] as { client_token: string }).client_token;
    };
    await fixture.vault.policy('maker', 'path "auth/token/create" { capabilities = ["update"] }');
    const parent = await create(root.token, { policies: ['maker', 'payments'], ttl: '5m' });
    const child = await create(parent, { policies: 'payments' });
    expect((await fixture.call('GET', read, { token: child })).status).toBe(200);
    const more = await fixture.call('POST', 'auth/token/create', {
      token: parent,
      body: { policies: 'other' },
    });
    expect([more.status, errorsOf(more)]).toEqual([400, ['child policies must be subset of parent']]);
    await fixture.call('POST', 'auth/token/revoke', { ...root, body: { token: parent } });
    expect(errorsOf(await fixture.call('GET', read, { token: child }))).toEqual([invalidTokenError]);
  });

  test.each([
    ['lookup', 403, ['bad token']],
    ['renew', 400, ['token not found']],
    ['revoke', 204, undefined],
  ])('that is unknown: %s', async (verb, status, errors) => {
    const { call, vault } = await startFixture();
    const reply = await call('POST', `auth/token/${verb}`, { token: vault.rootToken, body: { token: 'x' } });
    expect([reply.status, errorsOf(reply)]).toEqual([status, errors]);
  });
});
