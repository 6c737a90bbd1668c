import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { err } from '../../../../lib/result.ts';
import type { VaultAnswer } from '../../../../providers/vault/client.ts';
import { answer, jwt, kubernetes, play, refused, welcome } from '../support/login-script.ts';

const advice = {
  kubernetes:
    "check that this is the mount path of a kubernetes auth method, that the role exists, and that it admits this pod's ServiceAccount and namespace (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)",
  jwt: "check that this is the mount path of a jwt auth method, that the role exists, and that it admits this pod's token (bound_audiences, bound_subject, bound_claims)",
};

describe('a login', () => {
  test('sends role and token to the mount, and gives a token', async () => {
    const { login, requests, records, clock } = play({ tokens: ['pod-token\n'], answers: [welcome] });
    const outcome = await login.logIn();
    expect(requests).toEqual([
      {
        method: 'write',
        path: 'auth/kubernetes/login',
        namespace: undefined,
        body: { role: 'app', jwt: 'pod-token' },
      },
    ]);
    expect(outcome).toMatchObject({ ok: true, value: { expiresAt: clock.now() + 900_000 } });
    expect(outcome.ok && outcome.value.secret.reveal()).toBe('hvs.canary');
    expect(records).toEqual(['login ok']);
  });

  test.each([
    [
      { ...jwt, auth: { ...jwt.auth, mountPath: 'clusters/blue green' } },
      'auth/clusters/blue%20green/login',
      undefined,
    ],
    [{ ...jwt, namespace: 'team' }, 'auth/jwt/login', 'team'],
    [{ ...jwt, namespace: 'team', auth: { ...jwt.auth, namespace: 'root' } }, 'auth/jwt/login', 'root'],
  ])('at any mount and namespace', async (store, path, namespace) => {
    const { login, requests } = play({ store, answers: [welcome] });
    await login.logIn();
    expect(requests[0]).toMatchObject({ path, namespace });
  });

  test('at a mount path that climbs is not sent', async () => {
    const { login, requests } = play({
      store: { ...jwt, auth: { ...jwt.auth, mountPath: '../sys' } },
      answers: [],
    });
    expect(await login.logIn()).toEqual(
      err({ code: 'invalid', message: 'the mount path "../sys" cannot be part of a URL' }),
    );
    expect(requests).toEqual([]);
  });

  test('without a readable pod token', async () => {
    const { login } = play({ tokens: [new Error('ENOENT canary')], answers: [] });
    expect(await login.logIn()).toEqual(
      err({ code: 'unauthenticated', message: 'the pod\'s token "vault" cannot be read' }),
    );
  });
});

describe('a refused login', () => {
  test.each([
    [kubernetes, 400, 'auth/kubernetes', advice.kubernetes],
    [kubernetes, 401, 'auth/kubernetes', advice.kubernetes],
    [kubernetes, 403, 'auth/kubernetes', advice.kubernetes],
    [jwt, 400, 'auth/jwt', advice.jwt],
    [{ ...jwt, namespace: 'team' }, 403, 'auth/jwt of namespace "team"', advice.jwt],
  ])('says where, as whom and what to check (%#)', async (store, status, place, sentence) => {
    const outcome = await play({ store, answers: [refused(status)] }).login.logIn();
    expect(outcome).toEqual(
      err({
        code: 'unauthenticated',
        message: `Vault refused the login at ${place} as role "app" (HTTP ${status}): ${sentence}`,
      }),
    );
    expect(inspect(outcome)).not.toContain('canary');
  });

  test.each([
    [
      kubernetes,
      `admits ServiceAccount "payments/reader" (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)`,
    ],
    [
      jwt,
      'admits the token of ServiceAccount "payments/reader" (bound_audiences, bound_subject, bound_claims)',
    ],
  ])('of another than a pod says whose it was (%#)', async (store, check) => {
    const tokenOwner = 'ServiceAccount "payments/reader"';
    const outcome = await play({ store, tokenOwner, answers: [refused(403)] }).login.logIn();
    const message = outcome.ok ? '' : outcome.error.message;
    expect(message.endsWith(`, that the role exists, and that it ${check}`)).toBe(true);
    const expired = `x.${Buffer.from('{"exp":1}').toString('base64url')}.x`;
    const late = await play({ store, tokenOwner, tokens: [expired], answers: [refused(403)] }).login.logIn();
    expect(late.ok ? '' : late.error.message).toContain(
      ': by this machine\'s clock the token of ServiceAccount "payments/reader" has expired (check the clocks); ',
    );
  });

  test('hints at the clocks', async () => {
    const date = { date: 'Thu, 01 Jan 2026 00:10:00 GMT' };
    const { login } = play({ answers: [answer(403, { errors: [] }, date)] });
    expect(await login.logIn()).toMatchObject({
      error: {
        message: `Vault refused the login at auth/kubernetes as role "app" (HTTP 403): Vault's clock and this machine's differ by 600 s (set them right); if that is not it, ${advice.kubernetes}`,
      },
    });
  });

  test('is tried once more with the token that the kubelet has written meanwhile', async () => {
    const { login, requests } = play({ tokens: ['old', 'new'], answers: [refused(403), welcome] });
    expect(await login.logIn()).toMatchObject({ ok: true });
    expect(requests.map(({ body }) => body)).toEqual([
      { role: 'app', jwt: 'old' },
      { role: 'app', jwt: 'new' },
    ]);
  });

  test('is not tried with the same token, nor a third time', async () => {
    const same = play({ answers: [refused(403)] });
    expect(await same.login.logIn()).toMatchObject({ error: { code: 'unauthenticated' } });
    expect(same.requests).toHaveLength(1);
    const third = play({ tokens: ['a', 'b', 'c'], answers: [refused(403), refused(403)] });
    expect(await third.login.logIn()).toMatchObject({ error: { code: 'unauthenticated' } });
    expect(third.requests).toHaveLength(2);
  });

  test('of another kind is not tried again', async () => {
    const unavailable = err(providerError('unavailable', 'down'));
    const { login, requests, records } = play({ tokens: ['a', 'b'], answers: [unavailable] });
    expect(await login.logIn()).toBe(unavailable);
    expect(requests).toHaveLength(1);
    expect(records).toEqual(['login unavailable']);
  });

  const notVaults = "vault.test:8200: the answer is not Vault's:";
  test.each<[string, VaultAnswer, string, string]>([
    ['no auth method', refused(404), 'invalid', 'Vault has no auth method at auth/kubernetes (HTTP 404)'],
    ['another status', refused(418), 'unavailable', `${notVaults} HTTP 418 was not expected of a login`],
    ['no token', answer(200, { auth: {} }), 'unavailable', `${notVaults} a login without a token`],
    [
      'a second factor',
      answer(200, {
        auth: { client_token: '', lease_duration: 0, mfa_requirement: { mfa_request_id: 'x' } },
      }),
      'invalid',
      'the login at auth/kubernetes asks for a second factor, which Keyferry does not have',
    ],
  ])('%s', async (_name, given, code, message) => {
    expect(await play({ answers: [given] }).login.logIn()).toEqual(err({ code, message }));
  });
});
