import { describe, expect, test } from '@jest/globals';
import { parseJsonKeepingNumbers } from '../../../../lib/json.ts';
import type { JsonObject } from '../../../../providers/vault/answer.ts';
import {
  dueAt,
  isNearItsEnd,
  loginName,
  readTokenLease,
  renewed,
  renewLater,
  tokenOf,
  tokenState,
} from '../../../../providers/vault/token.ts';

const lease = (auth: unknown) =>
  readTokenLease(parseJsonKeepingNumbers(JSON.stringify({ auth })) as JsonObject)!;

const service = { client_token: 'hvs.canary', lease_duration: 900, renewable: true, num_uses: 0 };

describe('the auth object of an answer', () => {
  test('of a service token', () => {
    expect(lease(service)).toMatchObject({ life: 900_000, renewable: true, uses: null });
    expect(lease(service).secret.reveal()).toBe('hvs.canary');
  });

  test.each([
    ['a batch token', { renewable: false, token_type: 'batch' }, { renewable: false }],
    ['one that does not expire', { lease_duration: 0, renewable: false }, { life: 0 }],
    ['one for three requests', { num_uses: 3 }, { uses: 3 }],
    ['an old server, without num_uses', { num_uses: undefined }, { uses: null }],
  ])('of %s', (_name, over, expected) => {
    expect(lease({ ...service, ...over })).toMatchObject(expected);
  });

  test.each([
    undefined,
    null,
    'canary',
    {},
    { ...service, client_token: '' },
    { ...service, client_token: 7 },
    { ...service, lease_duration: '900' },
    { ...service, lease_duration: -1 },
    { ...service, lease_duration: undefined },
  ])('is not %j', (auth) => {
    expect(lease(auth)).toBeUndefined();
  });
});

describe('what a token needs, by the seconds since its login', () => {
  const state = (over: object, seconds: number) =>
    tokenState(tokenOf(lease({ ...service, ...over }), 0), seconds * 1000);

  test.each([
    [{}, 0, 'good'],
    [{}, 599, 'good'],
    [{}, 600, 'renew'],
    [{}, 894, 'renew'],
    [{}, 895, 'lapsed'],
    [{}, 9_999, 'lapsed'],
    [{ renewable: false }, 600, 'good'],
    [{ renewable: false }, 894, 'good'],
    [{ renewable: false }, 895, 'lapsed'],
    [{ lease_duration: 10 }, 8, 'renew'],
    [{ lease_duration: 10 }, 9, 'lapsed'],
    [{ lease_duration: 0 }, 1e9, 'good'],
    [{ lease_duration: 0, num_uses: 1 }, 0, 'good'],
  ])('%j after %d s: %s', (over, seconds, expected) => {
    expect(state(over, seconds)).toBe(expected);
  });

  test.each([
    [{}, 599, 'good'],
    [{}, 600, 'renew'],
    [{ renewable: false }, 599, 'good'],
    [{ renewable: false }, 600, 'replace'],
    [{ renewable: false }, 895, 'lapsed'],
    [{ lease_duration: 0, renewable: false }, 1e9, 'good'],
    [{ num_uses: 2 }, 0, 'good'],
    [{ num_uses: 1 }, 0, 'lapsed'],
  ])('for leases, %j after %d s: %s', (over, seconds, expected) => {
    expect(tokenState(tokenOf(lease({ ...service, ...over }), 0), seconds * 1000, 'leases')).toBe(expected);
  });

  test.each([
    [{}, 600_000, 600_000],
    [{ renewable: false }, null, 600_000],
    [{ lease_duration: 0 }, null, null],
  ])('%j: due at %s for requests, %s for leases', (over, requests, leases) => {
    const token = tokenOf(lease({ ...service, ...over }), 0);
    expect([dueAt(token, 'requests'), dueAt(token, 'leases')]).toEqual([requests, leases]);
  });

  test('a token without uses left has lapsed', () => {
    expect(tokenState({ ...tokenOf(lease(service), 0), uses: 0 }, 0)).toBe('lapsed');
  });
});

describe('renewal', () => {
  const token = tokenOf(lease({ ...service, num_uses: 5 }), 0);

  test('moves the end and the next renewal, and keeps token, uses and full life', () => {
    const next = renewed(token, lease({ ...service, client_token: 'other', lease_duration: 600 }), 700_000);
    expect(next).toMatchObject({ expiresAt: 1_300_000, renewAt: 1_100_000, fullLife: 900_000, uses: 5 });
    expect(next.secret.reveal()).toBe('hvs.canary');
  });

  test.each([
    [900, false],
    [450, false],
    [449, true],
    [1, true],
    [0, false],
  ])('that gives %d s of 900: near its end: %s', (seconds, expected) => {
    expect(isNearItsEnd(lease({ ...service, lease_duration: seconds }), token)).toBe(expected);
  });

  test('that could not be asked for comes again in a third of what is left', () => {
    expect(renewLater(token, 600_000).renewAt).toBe(700_000);
    expect(renewLater({ ...token, expiresAt: null }, 600_000).renewAt).toBeNull();
  });

  test('that is a replacement moves that alone', () => {
    const fixed = tokenOf(lease({ ...service, renewable: false }), 0);
    expect(renewLater(fixed, 600_000)).toMatchObject({ renewAt: null, replaceAt: 700_000 });
  });
});

describe("a login's name", () => {
  test('is that of the token, whatever its life, and does not tell it', () => {
    const token = tokenOf(lease(service), 0);
    expect(loginName(token)).toMatch(/^[0-9a-f]{32}$/);
    expect(loginName(renewed(token, lease({ ...service, lease_duration: 60 }), 1_000))).toBe(
      loginName(token),
    );
    expect(loginName(tokenOf(lease({ ...service, client_token: 'hvs.other' }), 0))).not.toBe(
      loginName(token),
    );
  });
});
