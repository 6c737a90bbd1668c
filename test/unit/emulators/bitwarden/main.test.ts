import { once } from 'node:events';
import { statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../../emulators/bitwarden/arguments.ts';
import { parseConfigFile } from '../../../emulators/bitwarden/config-file.ts';
import { formatAccessToken, makeAccessToken } from '../../../emulators/bitwarden/crypto/access-token.ts';
import { callVault } from '../../../support/vault-client.ts';
import { ids, payments } from './fixture.ts';
import { standInProgram } from '../stand-in-program.ts';
import { SdkProcess } from './sdk.ts';

const { program, file, start } = standInProgram('bitwarden');

test('fits a ConfigMap', () => {
  expect(statSync(program).size).toBeLessThan(900 * 1024);
});

test('the program serves clients, and its administrator', async () => {
  const accessToken = formatAccessToken(makeAccessToken());
  const machineAccounts = { broker: { projects: ['payments'], accessTokens: [accessToken] } };
  const content = JSON.stringify({ ...payments, machineAccounts, adminToken: 'administrator' });
  const bitwarden = await start('--config', file('config.json', content));
  const sdkProcess = new SdkProcess(bitwarden.caPem);
  const { url } = bitwarden;
  const sdk = sdkProcess.client({ apiUrl: `${url}/api`, identityUrl: `${url}/identity` });
  await sdk('login', accessToken);
  const value = (): Promise<unknown> =>
    sdk('get', ids.feed).then(
      (secret) => (secret as { value: string }).value,
      (error: unknown) => /\[(\d+) |error sending/.exec(String(error))?.[0],
    );
  expect(await value()).toBe('first');

  const administer = (method: string, path: string, body?: unknown, token = 'administrator') =>
    callVault(bitwarden, method, `_standin/${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
  const act = async (path: string, body: object = {}): Promise<unknown> => {
    const answer = await administer('POST', path, body);
    return answer.status === 204 ? undefined : answer.body;
  };
  expect((await administer('GET', 'ca.pem', undefined, '')).text).toBe(bitwarden.caPem);
  expect((await administer('GET', 'requests', undefined, 'other')).status).toBe(403);
  expect((await administer('GET', 'nothing')).status).toBe(404);
  expect(await act('rotate', { secret: 'fraud-feed', value: 'second' })).toBeUndefined();
  expect(await value()).toBe('second');
  await act('change-secret', { secret: 'fraud-feed', key: 'feed', note: '' });
  expect(await sdk('get', ids.feed)).toMatchObject({ key: 'feed', value: 'second', note: '' });
  await act('move-secret', { secret: ids.feed, project: 'other' });
  expect(await value()).toBe('[404 ');
  await act('grant', { account: 'broker', project: 'other' });
  expect(await value()).toBe('second');
  await act('withdraw', { account: 'broker', project: 'other' });
  await act('grant', { account: 'broker', secret: ids.feed });
  expect(await value()).toBe('second');
  await act('delete-secret', { secret: ids.feed });
  expect(await value()).toBe('[404 ');
  await act('restore-secret', { secret: ids.feed });
  expect(await value()).toBe('second');
  expect(await act('create-project', { name: 'third' })).toEqual({ id: expect.any(String) });
  expect(await act('create-secret', { key: 'k', project: 'third' })).toEqual({ id: expect.any(String) });
  await act('limits', { limits: [{ endpoint: 'get:*', period: '1h', limit: 0 }] });
  expect(await value()).toBe('[429 ');
  await act('limits', { limits: [] });
  await act('faults', { kind: 'status', status: 500, times: 1 });
  expect((await administer('GET', 'faults')).body).toEqual({
    faults: [{ kind: 'status', status: 500, times: 1, hits: 0 }],
  });
  expect(await value()).toBe('[500 ');
  await act('end-sessions');
  expect(await value()).toBe('[401 ');
  const issued = (await act('issue-token', { account: 'broker' })) as { token: string };
  await sdk('login', issued.token);
  await act('revoke-token', { token: issued.token });
  await expect(sdk('login', issued.token)).rejects.toThrow('invalid_client');
  for (const [path, body] of [
    ['rotate', { secret: 'none', value: 'x' }],
    ['rotate', { secret: ids.feed }],
    ['change-secret', { secret: ids.feed, note: 5 }],
    ['limits', { limits: [{}] }],
    ['faults', { kind: 'odd' }],
    ['refuse', {}],
    ['rotate', '{'],
  ] as const)
    expect((await administer('POST', path, body)).status).toBe(400);
  expect((await administer('GET', 'requests')).body).toMatchObject({
    counters: { 'getSecret 429': 1, 'getSecret 500': 1, 'login 200': 2, 'login 400': 1 },
  });
  await administer('DELETE', 'requests');
  expect((await administer('GET', 'requests')).body).toEqual({ requests: [], counters: {} });
  await act('refuse', { milliseconds: 200 });
  while ((await value()) === 'second');
  while ((await value()) !== 'second');
  bitwarden.child.kill('SIGTERM');
  expect((await once(bitwarden.child, 'close'))[0]).toBe(0);
  sdkProcess.close();
});

test.each([
  [['--odd'], "Unknown option '--odd'"],
  [['--http-port', 'x'], '--http-port must be a port, not x'],
  [['--config', '/nowhere'], 'ENOENT'],
])('the program refuses %j with its usage', async (flags, error) => {
  const { child, output } = await start(...flags);
  expect(child.exitCode).toBe(1);
  expect(output).toContain(error);
  expect(output).toContain('usage: bitwarden stand-in');
});

test('the program takes its configuration from the environment, else its defaults', () => {
  expect(readArguments([], { BITWARDEN_STANDIN_CONFIG: 'c' })).toEqual({
    ...{ config: 'c', host: '127.0.0.1', port: 8443, dnsNames: [] },
    ...{ httpPort: undefined, caFile: undefined },
  });
});

describe('a configuration is refused where', () => {
  test.each([
    ['[', 'config is neither YAML nor JSON'],
    ['a', 'config: Invalid input: expected object'],
    ['secret: {}', 'config: Unrecognized key: "secret"'],
    ['organizationId: x', 'config.organizationId: must be a UUID'],
    ['secrets: [{key: k}]', 'config.secrets.0.value: Invalid input: expected string'],
    ['machineAccounts: {a: {project: p}}', 'config.machineAccounts.a: Unrecognized key: "project"'],
    ['limits: [{endpoint: "*", period: x, limit: 1}]', 'config.limits.0.period: must be 1s, 5m, 1h or 1d'],
    ['sessionSeconds: 0', 'config.sessionSeconds: Too small'],
  ])('%s', (content, error) => {
    const parsed = parseConfigFile(content);
    expect(parsed.ok ? '' : parsed.error).toContain(error);
  });

  test('and YAML and nothing at all are fine', () => {
    expect(parseConfigFile('')).toMatchObject({ ok: true, value: { setup: {} } });
    const yaml = 'secrets: [{key: k, value: ""}]\nprojects: {p: {}}\nsessionSeconds: 600';
    expect(parseConfigFile(yaml)).toMatchObject({
      ok: true,
      value: { setup: { secrets: [{ key: 'k', value: '' }], projects: { p: {} } }, sessionSeconds: 600 },
    });
  });
});
