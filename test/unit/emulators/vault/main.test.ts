import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { readArguments } from '../../../emulators/vault/arguments.ts';
import { makeServerCertificate } from '../../../emulators/shared/certificate.ts';
import { parseConfigFile } from '../../../emulators/vault/config-file.ts';
import { callVault } from '../../../support/vault-client.ts';
import { standInProgram } from '../stand-in-program.ts';
import type { AddressInfo } from 'node:net';

const { folder, program, file, start } = standInProgram('vault');

const config = `
rootToken: root
policies:
  payments: |
    path "secret/data/payments/*" { capabilities = ["read"] }
auth:
  kubernetes:
    type: kubernetes
    roles:
      fraud:
        bound_service_account_names: fraud
        bound_service_account_namespaces: payments
        audience: vault
        token_policies: payments
mounts:
  secret: { version: 2 }
secrets:
  secret/payments/db: { username: app, password: first }
`;

test('fits a ConfigMap', () => {
  expect(statSync(program).size).toBeLessThan(900 * 1024);
});

describe('the program', () => {
  test('serves tokens of a cluster whose keys are behind a token and a certificate', async () => {
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const { key, certificate, ca } = await makeServerCertificate(['127.0.0.1'], Date.now());
    const seen: (string | undefined)[] = [];
    const api = createServer({ key, cert: certificate }, (request, response) => {
      seen.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.end(JSON.stringify(issuer.jwks()));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(api.address() as AddressInfo).port}/openid/v1/jwks`;
    const keys = { url, tokenFile: file('token', 'sa-token\n'), caFile: file('api-ca.pem', ca) };
    const vault = await start('--config', file('config.yaml', `${config}keys: ${JSON.stringify(keys)}\n`));
    const logIn = async (): Promise<number> => {
      const request = { namespace: 'payments', serviceAccount: 'fraud', audiences: ['vault'] };
      const body = { role: 'fraud', jwt: (await issuer.issue(request)).token };
      return (await callVault(vault, 'POST', 'v1/auth/kubernetes/login', { body })).status;
    };
    expect([await logIn(), await logIn()]).toEqual([200, 200]);
    expect(seen).toEqual(['/openid/v1/jwks Bearer sa-token']);
    await issuer.rotateKeys();
    expect(await logIn()).toBe(200);
    expect(seen).toHaveLength(2);
    const root = { token: 'root' };
    const body = { data: { password: 'second' } };
    expect((await callVault(vault, 'POST', 'v1/secret/data/payments/db', { ...root, body })).status).toBe(
      200,
    );
    vault.child.kill('SIGTERM');
    expect((await once(vault.child, 'close'))[0]).toBe(0);
    api.closeAllConnections();
    api.close();
  });

  test('can be looked into and troubled from outside, with the root token', async () => {
    const tokenFile = join(folder, 'root-token');
    const vault = await start(
      '--root-token-file',
      tokenFile,
      '--dns-name',
      'vault.test',
      '--dns-name',
      '127.0.0.1',
    );
    const token = readFileSync(tokenFile, 'utf8').trim();
    expect(token).toMatch(/^hvs\./);
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(vault.output).not.toContain(token);
    const ask = (method: string, path: string, body?: unknown) =>
      callVault(vault, method, `_standin/${path}`, { token, ...(body === undefined ? {} : { body }) });
    expect((await callVault(vault, 'GET', '_standin/ca.pem')).text).toBe(vault.caPem);
    expect((await callVault(vault, 'GET', '_standin/requests')).status).toBe(403);
    expect((await ask('GET', 'nothing')).status).toBe(404);
    expect((await ask('POST', 'faults', '{')).status).toBe(400);
    expect((await ask('POST', 'faults', { kind: 'odd' })).status).toBe(400);
    expect((await ask('POST', 'faults', { kind: 'status', status: 500, times: 1 })).status).toBe(204);
    expect((await ask('GET', 'faults')).body).toEqual({
      faults: [{ kind: 'status', status: 500, times: 1, hits: 0 }],
    });
    const health = async (): Promise<number> => (await callVault(vault, 'GET', 'v1/sys/health')).status;
    expect([await health(), await health()]).toEqual([500, 200]);
    await ask('POST', 'faults', { kind: 'html' });
    await ask('DELETE', 'faults');
    await ask('POST', 'seal');
    expect(await health()).toBe(503);
    await ask('POST', 'unseal');
    expect((await ask('GET', 'requests')).body).toMatchObject({
      counters: { 'GET sys/health 200': 1, 'GET sys/health 500': 1, 'GET sys/health 503': 1 },
    });
    await ask('DELETE', 'requests');
    expect((await ask('GET', 'requests')).body).toEqual({ requests: [], counters: {} });
    const created = await callVault(vault, 'POST', 'v1/auth/token/create', {
      token,
      body: { policies: 'default' },
    });
    expect(created.status).toBe(200);
    expect((await ask('POST', 'revoke-tokens')).body).toEqual({ revoked: 1 });
    expect((await ask('POST', 'refuse', {})).status).toBe(400);
    expect((await ask('POST', 'refuse', { milliseconds: 200 })).status).toBe(204);
    const answers = async (): Promise<boolean> =>
      await health().then(
        () => true,
        () => false,
      );
    while (await answers());
    while (!(await answers()));
  });

  test.each([
    [['--odd'], "Unknown option '--odd'"],
    [['--port', 'x'], '--port must be a port, not x'],
    [['--config', '/nowhere'], 'ENOENT'],
  ])('refuses %j with its usage', async (flags, error) => {
    const { child, output } = await start(...flags);
    expect(child.exitCode).toBe(1);
    expect(output).toContain(error);
    expect(output).toContain('usage: vault stand-in');
  });
});

test('the environment stands in for flags', () => {
  const environment = {
    VAULT_STANDIN_PORT: '1',
    VAULT_STANDIN_HTTP_PORT: '2',
    VAULT_STANDIN_HOST: '::',
    VAULT_STANDIN_CONFIG: 'c',
  };
  expect(readArguments([], environment)).toMatchObject({ port: 1, httpPort: 2, host: '::', config: 'c' });
  expect(readArguments(['--port', '3', '--dns-name', 'a', '--dns-name', 'b'], environment)).toMatchObject({
    port: 3,
    dnsNames: ['a', 'b'],
  });
  expect(readArguments([], {})).toMatchObject({ port: 8200, host: '127.0.0.1', httpPort: undefined });
});

describe('a configuration is refused where', () => {
  test.each([
    ['[', 'config is neither YAML nor JSON'],
    ['a', 'config must be an object'],
    ['secret: {}', 'config has no "secret", only policies, auth, mounts, secrets, namespaces, rootToken'],
    ['mounts: {a: {version: 3}}', 'config.mounts.a.version must be 1 or 2'],
    ['auth: {a: {type: ldap}}', 'config.auth.a.type must be "kubernetes" or "jwt"'],
    ['secrets: {a: b}', 'config.secrets.a must be an object'],
    ['namespaces: {a: {mounts: {b: {typ: kv}}}}', 'config.namespaces.a.mounts.b has no "typ", only'],
    ['rootToken: ""', 'config.rootToken must be a string that is not empty'],
    ['keys: {tokenFile: x}', 'config.keys needs either file or url'],
    ['keys: {file: x, url: y}', 'config.keys needs either file or url'],
    ['apiAudiences: x', 'config.apiAudiences must be a list of strings'],
    ['constructor: {}', 'config has no "constructor"'],
  ])('%s', (content, error) => {
    const parsed = parseConfigFile(content);
    expect(parsed.ok ? '' : parsed.error).toContain(error);
  });

  test('and JSON and nothing at all are fine', () => {
    expect(parseConfigFile('')).toMatchObject({ ok: true, value: { setup: {} } });
    expect(parseConfigFile('{"rootToken": "x", "mounts": {"a": {}}}')).toMatchObject({
      ok: true,
      value: { rootToken: 'x', setup: { mounts: { a: {} } } },
    });
  });
});
