import { describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { formatAccessToken, makeAccessToken } from '../../../emulators/bitwarden/crypto/access-token.ts';
import { callVault } from '../../../support/vault-client.ts';
import {
  ask,
  bearerOf,
  formOf,
  ids,
  payments,
  sdkProcess,
  sendForm,
  startFixture,
  startServer,
} from './fixture.ts';
import type { BitwardenServer } from '../../../emulators/bitwarden/server.ts';
import type { TokenForm } from './fixture.ts';

const invalidClient = 'Received error message from server: [400 Bad Request] {"error":"invalid_client"}';
const hour = 3_600_000;

describe('a login', () => {
  test('has a token for an hour, with the organisation and its key', async () => {
    const { bitwarden, clock } = await startServer();
    const { status, headers, body } = await sendForm(bitwarden, formOf(bitwarden.accessToken('broker')));
    expect([status, headers['cache-control']]).toEqual([200, 'no-store, no-cache, max-age=0']);
    expect(body).toEqual({
      access_token: expect.any(String),
      ...{ expires_in: 3600, token_type: 'Bearer', scope: 'api.secrets' },
      encrypted_payload: expect.stringMatching(/^2\.[^|]+\|[^|]+\|[^|]+$/),
    });
    const token = String(body?.['access_token']);
    const seconds = clock.now() / 1000;
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(decodeJwt(token)).toMatchObject({
      ...{ iss: 'https://localhost', nbf: seconds, iat: seconds, exp: seconds + 3600 },
      ...{ scope: ['api.secrets'], type: 'ServiceAccount', organization: ids.organization },
      client_id: formOf(bitwarden.accessToken('broker'))['client_id'],
      sub: [...bitwarden.core.organization.accounts.keys()][0],
    });
    expect(bitwarden.requests.list()).toEqual([
      {
        ...{ time: '2026-01-01T00:00:00.000Z', operation: 'login', method: 'POST' },
        ...{ path: 'connect/token', account: 'broker', status: 200 },
      },
    ]);
  });

  test.each<[string, TokenForm, string]>([
    ['another id', { client_id: ids.feed }, 'invalid_client'],
    ['no UUID', { client_id: 'broker' }, 'invalid_client'],
    ['another secret', { client_secret: 'guessed' }, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['another scope', { scope: 'api' }, 'invalid_scope'],
  ])('is refused for %s', async (_what, over, error) => {
    const { bitwarden } = await startServer();
    const form = { ...formOf(bitwarden.accessToken('broker')), ...over };
    expect(await sendForm(bitwarden, form)).toMatchObject({ status: 400, text: JSON.stringify({ error }) });
  });

  test('is a form that is posted', async () => {
    const { bitwarden } = await startServer();
    const json = await callVault(bitwarden, 'POST', 'identity/connect/token', { body: {} });
    expect(json).toMatchObject({ status: 400, text: '{"error":"invalid_request"}' });
    const got = await callVault(bitwarden, 'GET', 'identity/connect/token');
    expect([got.status, got.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('the SDK', () => {
  test('logs in with the access token that the set-up names, below both URLs or none', async () => {
    const accessToken = formatAccessToken(makeAccessToken());
    const machineAccounts = { broker: { projects: ['payments'], accessTokens: [accessToken] } };
    const { bitwarden } = await startServer({ setup: { ...payments, machineAccounts } });
    expect(bitwarden.accessToken('broker')).toBe(accessToken);
    for (const { apiUrl, identityUrl } of [
      bitwarden,
      { apiUrl: bitwarden.url, identityUrl: bitwarden.url },
    ]) {
      const sdk = sdkProcess.client({ apiUrl, identityUrl });
      await sdk('login', accessToken);
      expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
    }
  });

  test.each<[string, (bitwarden: BitwardenServer) => string]>([
    ['no such access token', () => formatAccessToken(makeAccessToken())],
    [
      'another secret',
      (bitwarden) => bitwarden.accessToken('broker').replace(/\.[^.]+:/, '.AnotherSecretOfThirtyLetters00:'),
    ],
    [
      'a revoked one',
      (bitwarden) => {
        bitwarden.revokeAccessToken(bitwarden.accessToken('broker'));
        return bitwarden.accessToken('broker');
      },
    ],
    [
      'one that has expired',
      (bitwarden) => bitwarden.issueAccessToken('broker', { expiresAt: bitwarden.core.clock.now() }),
    ],
    [
      'a machine account that was deleted',
      (bitwarden) => {
        const token = bitwarden.accessToken('broker');
        bitwarden.deleteMachineAccount('broker');
        return token;
      },
    ],
    [
      'an organisation without Secrets Manager',
      (bitwarden) => {
        bitwarden.setEnabled(false);
        return bitwarden.accessToken('broker');
      },
    ],
  ])('is refused with the same words for %s', async (_what, tokenOf) => {
    const { bitwarden } = await startServer();
    const sdk = sdkProcess.client(bitwarden);
    await expect(sdk('login', tokenOf(bitwarden))).rejects.toThrow(new Error(invalidClient));
    expect(bitwarden.requests.counters()).toEqual({ 'login 400': 1 });
  });

  test('cannot read the key of the organisation with another seed', async () => {
    const { bitwarden } = await startServer();
    const [front = ''] = bitwarden.accessToken('broker').split(':');
    const login = sdkProcess.client(bitwarden)('login', `${front}:${Buffer.alloc(16).toString('base64')}`);
    const message = "Cryptography error, The cipher's MAC doesn't match the expected value";
    await expect(login).rejects.toThrow(new Error(message));
  });

  test('logs in anew before each call where less than five minutes are left', async () => {
    const { bitwarden, sdk } = await startFixture({ sessionSeconds: 300 });
    await sdk('get', ids.feed);
    await sdk('get', ids.feed);
    expect(bitwarden.requests.counters()).toEqual({ 'getSecret 200': 2, 'login 200': 2 });
  });

  test('goes on after its access token was revoked, until the session ends', async () => {
    const { bitwarden, clock, sdk } = await startFixture();
    bitwarden.revokeAccessToken(bitwarden.accessToken('broker'));
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
    await clock.advance(hour + 299_000);
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
    await clock.advance(2000);
    const unauthorized = new Error('Received error message from server: [401 Unauthorized] ');
    await expect(sdk('get', ids.feed)).rejects.toThrow(unauthorized);
  });

  test('is told nothing new by a session that was ended, and comes back by another login', async () => {
    const { bitwarden, sdk } = await startFixture();
    bitwarden.endSessions();
    await expect(sdk('get', ids.feed)).rejects.toThrow('[401 Unauthorized]');
    await sdk('login', bitwarden.accessToken('broker'));
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
  });
});

describe('a bearer token', () => {
  test('that is none of ours is refused, without a body', async () => {
    const { bitwarden } = await startServer();
    const good = await bearerOf(bitwarden);
    const [head = '', claims = '', signature = ''] = good.split('.');
    const changed = Buffer.from(JSON.stringify({ ...decodeJwt(good), sub: ids.feed })).toString('base64url');
    for (const bad of ['x', `${head}.${changed}.${signature}`, `${head}.${claims}.`]) {
      const { status, headers, text } = await ask(bitwarden, bad, `secrets/${ids.feed}`);
      expect([status, text]).toEqual([401, '']);
      expect(headers['www-authenticate']).toBe(
        'Bearer error="invalid_token", error_description="The signature key was not found"',
      );
    }
    const none = await callVault(bitwarden, 'GET', `api/secrets/${ids.feed}`);
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });

  test('that has expired says so', async () => {
    const { bitwarden, clock } = await startServer();
    const bearer = await bearerOf(bitwarden);
    await clock.advance(hour + 301_000);
    const { headers } = await ask(bitwarden, bearer, `secrets/${ids.feed}`);
    expect(headers['www-authenticate']).toContain('The token expired');
  });
});
