import { describe, expect, test } from '@jest/globals';
import { errorsOf, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const login = (fixture: Fixture, role: unknown, jwt: unknown): Promise<VaultReply> =>
  fixture.call('POST', 'auth/kubernetes/login', { body: { role, jwt } });

describe('roles and configuration over HTTP', () => {
  const names = { bound_service_account_names: 'a', bound_service_account_namespaces: 'b' };

  test.each([
    ['no names', { bound_service_account_namespaces: 'b' }, '"bound_service_account_names" can not be empty'],
    [
      'no namespaces',
      { bound_service_account_names: 'a' },
      '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
    ],
    [
      'a star among names',
      { ...names, bound_service_account_names: ['*', 'a'] },
      'can not mix "*" with values',
    ],
    [
      'times the wrong way round',
      { ...names, token_ttl: '2h', token_max_ttl: '1h' },
      "'token_ttl' cannot be greater than 'token_max_ttl'",
    ],
    [
      'a time that is none',
      { ...names, token_ttl: 'soon' },
      'Field validation failed: error converting input for field "token_ttl"',
    ],
    ['an odd type', { ...names, token_type: 'odd' }, 'invalid \'token_type\' value "odd"'],
    [
      'a periodic batch token',
      { ...names, token_type: 'batch', token_period: 60 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
    ],
  ])('refuse %s', async (_name, body, error) => {
    const { call, vault } = await startFixture();
    const reply = await call('POST', 'auth/kubernetes/role/new', { token: vault.rootToken, body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });

  test('write over what was there, and warn without an audience', async () => {
    const { call, vault } = await startFixture();
    const root = { token: vault.rootToken };
    const written = await call('POST', 'auth/kubernetes/role/fraud', { ...root, body: { audience: '' } });
    expect(written.body?.['warnings']).toEqual([
      expect.stringContaining('Role fraud does not have an audience'),
    ]);
    const read = await call('GET', 'auth/kubernetes/role/fraud', root);
    expect(read.body?.['data']).toMatchObject({ bound_service_account_names: ['fraud'], token_ttl: 600 });
    const list = await call('GET', 'auth/kubernetes/role?list=true', root);
    expect(list.body?.['data']).toEqual({ keys: ['fraud', 'fraud-any', 'globs'] });
    expect((await call('DELETE', 'auth/kubernetes/role/fraud', root)).status).toBe(204);
    expect((await call('GET', 'auth/kubernetes/role/fraud', root)).status).toBe(404);
  });

  test('check the issuer when told to', async () => {
    const fixture = await startFixture();
    const config = { kubernetes_host: 'https://kubernetes.default.svc', disable_iss_validation: false };
    const write = (issuer: string): Promise<VaultReply> =>
      fixture.call('POST', 'auth/kubernetes/config', {
        token: fixture.vault.rootToken,
        body: { ...config, issuer },
      });
    const jwt = await fixture.serviceAccountToken();
    expect((await write('https://elsewhere')).status).toBe(204);
    expect(errorsOf(await login(fixture, 'fraud', jwt))).toEqual(['invalid issuer (iss) claim']);
    await write('https://kubernetes.default.svc');
    expect((await login(fixture, 'fraud', jwt)).status).toBe(200);
  });

  test('choose the reviewer as Vault does', async () => {
    const fixture = await startFixture();
    const config = { kubernetes_host: 'https://kubernetes.default.svc' };
    const jwt = await fixture.serviceAccountToken();
    const root = { token: fixture.vault.rootToken };
    for (const [more, status] of [
      [{ token_reviewer_jwt: 'x' }, 200],
      [{ disable_local_ca_jwt: true }, 403],
    ] as const) {
      await fixture.call('POST', 'auth/kubernetes/config', { ...root, body: { ...config, ...more } });
      expect((await login(fixture, 'fraud-any', jwt)).status).toBe(status);
    }
  });

  test('need a host and keys that are keys', async () => {
    const { call, vault } = await startFixture();
    const write = async (body: object): Promise<unknown> =>
      errorsOf(await call('POST', 'auth/kubernetes/config', { token: vault.rootToken, body }));
    expect(await write({})).toEqual(['no host provided']);
    expect(await write({ kubernetes_host: 'x', pem_keys: ['y'] })).toEqual([
      'data does not contain any valid RSA or ECDSA public keys',
    ]);
  });
});
