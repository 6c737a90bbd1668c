import { describe, expect, test } from '@jest/globals';
import { Redacted } from '../../../../lib/redacted.ts';
import { err } from '../../../../lib/result.ts';
import type { VaultAnswer } from '../../../../providers/vault/client.ts';
import type { VaultToken } from '../../../../providers/vault/token.ts';
import { answer, jwt, play, refused, welcome } from '../support/login-script.ts';

const token: VaultToken = {
  secret: new Redacted('hvs.canary'),
  expiresAt: 1,
  renewAt: 1,
  replaceAt: null,
  fullLife: 1,
  uses: null,
};

describe('a renewal', () => {
  test('asks with the token, in the namespace of the login', async () => {
    const { login, requests, records } = play({ store: { ...jwt, namespace: 'team' }, answers: [welcome] });
    expect(await login.renew(token)).toMatchObject({ ok: true, value: { life: 900_000 } });
    expect(requests).toEqual([
      { method: 'write', path: 'auth/token/renew-self', namespace: 'team', token: token.secret, body: {} },
    ]);
    expect(records).toEqual(['renew ok']);
  });

  test.each<[VaultAnswer, string, string]>([
    [refused(403), 'denied', 'Vault refused to renew the token (HTTP 403)'],
    [answer(200, {}), 'unavailable', "vault.test:8200: the answer is not Vault's: a renewal without a token"],
    [answer(500, {}), 'unavailable', 'vault.test:8200: Vault failed inside (HTTP 500)'],
  ])('that fails (%#)', async (given, code, message) => {
    expect(await play({ answers: [given] }).login.renew(token)).toEqual(err({ code, message }));
  });
});

describe('asking whether a token is known', () => {
  test('asks with the token, in the namespace of the login', async () => {
    const { login, requests, records } = play({
      store: { ...jwt, namespace: 'team' },
      answers: [answer(200, { data: {} })],
    });
    expect(await login.isKnown(token)).toEqual({ ok: true, value: true });
    expect(requests).toEqual([
      { method: 'read', path: 'auth/token/lookup-self', namespace: 'team', token: token.secret },
    ]);
    expect(records).toEqual(['lookup ok']);
  });

  test('one that Vault refuses is not', async () => {
    expect(await play({ answers: [refused(403)] }).login.isKnown(token)).toEqual({ ok: true, value: false });
  });

  test('a Vault that cannot say is no answer', async () => {
    expect(await play({ answers: [answer(500, {})] }).login.isKnown(token)).toEqual(
      err({ code: 'unavailable', message: 'vault.test:8200: Vault failed inside (HTTP 500)' }),
    );
  });
});

describe('a revocation', () => {
  const { signal } = new AbortController();

  test('asks with the token, in the namespace of the login, and is done with a 204', async () => {
    const { login, requests, records } = play({
      store: { ...jwt, namespace: 'team' },
      answers: [answer(204, '')],
    });
    expect(await login.revoke(token, signal)).toEqual({ ok: true, value: undefined });
    expect(requests).toEqual([
      {
        method: 'write',
        path: 'auth/token/revoke-self',
        namespace: 'team',
        token: token.secret,
        body: {},
        signal,
      },
    ]);
    expect(records).toEqual(['revoke ok']);
  });

  test.each<[VaultAnswer, string, string]>([
    [refused(400), 'denied', 'Vault refused to revoke the token (HTTP 400)'],
    [refused(403), 'denied', 'Vault refused to revoke the token (HTTP 403)'],
    [answer(200, {}), 'denied', 'Vault refused to revoke the token (HTTP 200)'],
    [
      answer(503, {}),
      'unavailable',
      'vault.test:8200: Vault is sealed or in standby, or its load balancer has no server (HTTP 503)',
    ],
  ])('that fails (%#)', async (given, code, message) => {
    expect(await play({ answers: [given] }).login.revoke(token, signal)).toEqual(err({ code, message }));
  });
});
