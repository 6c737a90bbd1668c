import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../../emulators/aws/arguments.ts';
import { parseConfigFile } from '../../../emulators/aws/config-file.ts';
import { allow, trustServiceAccount } from '../../../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { callVault } from '../../../support/vault-client.ts';
import { standInProgram } from '../stand-in-program.ts';
import { keysOf, refusal, region, roleArn } from './fixture.ts';
import type { AddressInfo } from 'node:net';

const { program, file, start } = standInProgram('aws');

test('fits a ConfigMap', () => {
  expect(statSync(program).size).toBeLessThan(900 * 1024);
});

const config = (keys: string): string =>
  JSON.stringify({
    adminToken: 'administrator',
    keys: { url: keys },
    roles: {
      'payments-api': {
        trust: trustServiceAccount({ namespace: 'payments', serviceAccount: 'payments-api' }),
        policy: allow(['*']),
      },
    },
    secrets: { 'payments/fraud-feed': { json: { api_key: 'first' } } },
  });

test('the program serves pods of a cluster, and its administrator', async () => {
  const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
  const keys = createServer((_request, response) => response.end(JSON.stringify(issuer.jwks())));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/openid/v1/jwks`;
  const aws = await start('--config', file('config.json', config(url)), '--pod-identity-port', '0');
  expect(Object.keys(aws.urls)).toEqual(['both', 'pod-identity']);
  const client = {
    ...{ region, endpoint: aws.url, maxAttempts: 1 },
    requestHandler: { httpsAgent: new Agent({ ca: aws.caPem, keepAlive: false }) },
  };
  const request = { namespace: 'payments', serviceAccount: 'payments-api', audiences: ['sts.amazonaws.com'] };
  const login = await new STSClient({
    ...client,
    credentials: { accessKeyId: '', secretAccessKey: '' },
  }).send(
    new AssumeRoleWithWebIdentityCommand({
      ...{ RoleArn: roleArn('payments-api'), RoleSessionName: 'session' },
      WebIdentityToken: (await issuer.issue(request)).token,
    }),
  );
  const secrets = new SecretsManagerClient({ ...client, credentials: keysOf(login.Credentials) });
  const read = () => secrets.send(new GetSecretValueCommand({ SecretId: 'payments/fraud-feed' }));
  expect((await read()).SecretString).toBe('{"api_key":"first"}');

  const ask = (method: string, path: string, body?: unknown, token = 'administrator') =>
    callVault(aws, method, `_standin/${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
  expect((await ask('GET', 'ca.pem', undefined, '')).text).toBe(aws.caPem);
  expect((await ask('GET', 'requests', undefined, 'other')).status).toBe(403);
  expect((await ask('GET', 'nothing')).status).toBe(404);
  const rotated = await ask('POST', 'rotate', { name: 'payments/fraud-feed', value: 'second' });
  const { VersionId, SecretString } = await read();
  expect([SecretString, { versionId: VersionId }]).toEqual(['second', rotated.body]);
  await ask('POST', 'rotate', { name: 'payments/fraud-feed', value: { binary: 'AAE=' } });
  expect((await read()).SecretBinary).toEqual(Uint8Array.of(0, 1));
  await ask('POST', 'rotate', { name: 'payments/fraud-feed', value: { json: { a: 1 } } });
  expect((await read()).SecretString).toBe('{"a":1}');
  for (const [path, body] of [
    ['rotate', { name: 'none', value: 'x' }],
    ['rotate', { name: 'payments/fraud-feed', value: 5 }],
    ['rotate', {}],
    ['rotate', '{'],
    ['faults', { kind: 'odd' }],
    ['refuse', {}],
  ] as const)
    expect((await ask('POST', path, body)).status).toBe(400);
  expect((await ask('POST', 'faults', { kind: 'status', status: 500, times: 1 })).status).toBe(204);
  expect((await ask('GET', 'faults')).body).toEqual({
    faults: [{ kind: 'status', status: 500, times: 1, hits: 0 }],
  });
  expect(await refusal(read())).toMatch(/^500 /);
  await ask('POST', 'faults', { kind: 'html' });
  await ask('DELETE', 'faults');
  await ask('POST', 'deny-role', { role: 'payments-api' });
  expect(await refusal(read())).toMatch(/^400 AccessDenied/);
  await ask('POST', 'deny-role', { role: 'payments-api', denied: false });
  await ask('POST', 'delete-secret', { name: 'payments/fraud-feed' });
  expect(await refusal(read())).toMatch(/^400 InvalidRequest/);
  await ask('POST', 'restore-secret', { name: 'payments/fraud-feed' });
  expect((await ask('GET', 'requests')).body).toMatchObject({
    counters: { 'GetSecretValue payments/fraud-feed 500': 1 },
  });
  await ask('DELETE', 'requests');
  expect((await ask('GET', 'requests')).body).toEqual({ requests: [], counters: {} });
  expect((await ask('POST', 'revoke-sessions')).body).toEqual({ revoked: 1 });
  expect(await refusal(read())).toMatch(/^400 UnrecognizedClient/);
  expect((await ask('POST', 'refuse', { milliseconds: 200 })).status).toBe(204);
  const answers = async (): Promise<boolean> => !(await refusal(read())).includes('ECONN');
  while (await answers());
  while (!(await answers()));
  aws.child.kill('SIGTERM');
  expect((await once(aws.child, 'close'))[0]).toBe(0);
  keys.closeAllConnections();
  keys.close();
});

test.each([
  [['--odd'], "Unknown option '--odd'"],
  [['--sts-port', 'x'], '--sts-port must be a port, not x'],
  [['--config', '/nowhere'], 'ENOENT'],
])('the program refuses %j with its usage', async (flags, error) => {
  const { child, output } = await start(...flags);
  expect(child.exitCode).toBe(1);
  expect(output).toContain(error);
  expect(output).toContain('usage: aws stand-in');
});

test('the program takes its configuration from the environment, else its defaults', () => {
  expect(readArguments([], { AWS_STANDIN_CONFIG: 'c' })).toMatchObject({
    ...{ config: 'c', host: '127.0.0.1', dnsNames: [] },
    ports: { both: 8443, sts: undefined, 'pod-identity': undefined },
  });
});

describe('a configuration is refused where', () => {
  test.each([
    ['[', 'config is neither YAML nor JSON'],
    ['a', 'config: Invalid input: expected object'],
    ['secret: {}', 'config: Unrecognized key: "secret"'],
    ['account: "12"', 'config.account: must have 12 digits'],
    ['roles: {a: {}}', 'config.roles.a.trust: must be an object'],
    ['roles: {a: {trust: {}, police: {}}}', 'config.roles.a: Unrecognized key: "police"'],
    ['secrets: {a: 5}', 'config.secrets.a: Invalid input'],
    ['keys: {tokenFile: x}', 'config.keys: Invalid input'],
  ])('%s', (content, error) => {
    const parsed = parseConfigFile(content);
    expect(parsed.ok ? '' : parsed.error).toContain(error);
  });

  test('and YAML and nothing at all are fine', () => {
    expect(parseConfigFile('')).toMatchObject({ ok: true, value: { setup: {} } });
    const yaml = 'secrets: {a: b, c: {json: {d: e}}, f: {value: {binary: AA==}, tags: {g: h}}}';
    expect(parseConfigFile(yaml)).toMatchObject({
      ok: true,
      value: { setup: { secrets: { a: 'b', c: { json: { d: 'e' } } } } },
    });
  });
});
