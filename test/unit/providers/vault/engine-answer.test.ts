import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EngineSending } from '../../../../providers/vault/engine-answer.ts';
import { database, pki, read, sending, sentAt, writing } from '../support/engine-answers.ts';

const leased = (over: object = {}) =>
  JSON.stringify({
    lease_id: 'database/creds/readonly/abc',
    lease_duration: 3600,
    renewable: true,
    data: { username: 'u', password: 'p' },
    ...over,
  });

describe('a credential with a lease', () => {
  test('is the data, and the lease from when the request was sent', () => {
    const outcome = read(sending(database), 200, leased());
    if (!outcome.ok) throw new Error(outcome.error.message);
    expect(outcome.value.bytes.reveal().toString()).toBe('{"username":"u","password":"p"}');
    expect(outcome.value.lease).toEqual({
      id: 'database/creds/readonly/abc',
      durationSeconds: 3600,
      renewable: true,
      expiresAt: sentAt + 3_600_000,
      login: 'the-login',
    });
  });

  test('of a token for a number of uses lives no longer than the token, and is not renewed', () => {
    const given = sending(database, { login: undefined, endsAt: sentAt + 600_500 });
    expect(read(given, 200, leased())).toMatchObject({
      value: {
        lease: {
          id: 'database/creds/readonly/abc',
          durationSeconds: 600,
          renewable: false,
          expiresAt: sentAt + 600_500,
        },
      },
    });
    expect(read(given, 200, leased({ lease_duration: 60 }))).toMatchObject({
      value: { lease: { durationSeconds: 60, renewable: false, expiresAt: sentAt + 60_000 } },
    });
  });

  test.each<[object, string]>([
    [{ lease_id: 7 }, 'its lease_id is no text'],
    [{ lease_id: null }, 'its lease_id is no text'],
    [{ lease_duration: '3600' }, 'its lease_duration is no number of seconds'],
    [{ lease_duration: 0 }, 'its lease_duration is no number of seconds'],
    [{ lease_duration: -1 }, 'its lease_duration is no number of seconds'],
    [{ lease_duration: 1.5 }, 'its lease_duration is no number of seconds'],
    [{ lease_duration: 1e300 }, 'its lease_duration is no number of seconds'],
    [{ lease_duration: null }, 'its lease_duration is no number of seconds'],
    [{ renewable: 'true' }, 'its renewable is neither true nor false'],
    [{ renewable: undefined }, 'its renewable is neither true nor false'],
    [{ data: null }, 'it has no data'],
    [{ data: ['canary'] }, 'it has no data'],
  ])('with %j is not taken, nor asked for again before the interval', (over, why) => {
    expect(read(sending(database), 200, leased(over))).toEqual({
      ok: false,
      error: { code: 'invalid', message: `vault.test:8200: the answer is not Vault's: ${why}` },
    });
  });
});

describe('what has no lease', () => {
  const lease = (given: EngineSending, data: object, date?: string) => {
    const outcome = read(
      given,
      200,
      JSON.stringify({ lease_id: '', lease_duration: 2_764_800, renewable: false, data }),
      date,
    );
    return outcome.ok ? outcome.value.lease : outcome.error;
  };
  const expiration = sentAt / 1000 + 3600;

  test('is read again on its interval: a duration without an id, a ttl, no end at all', () => {
    expect(lease(sending(database), { password: 'p', ttl: 60, rotation_period: 3600 })).toBeUndefined();
    expect(lease(writing(pki), { certificate: 'c' })).toBeUndefined();
    expect(lease(sending(pki), { certificate: 'c', expiration })).toBeUndefined();
  });

  test('ends when a certificate does, and outlives its login', () => {
    expect(lease(writing(pki), { expiration })).toEqual({
      id: '',
      durationSeconds: 3600,
      renewable: false,
      expiresAt: sentAt + 3_600_000,
    });
  });

  test.each([
    [-600, 'behind'],
    [600, 'ahead'],
  ])("lives by Vault's clock where this machine's is %d s off (%s)", (seconds) => {
    const date = new Date(sentAt - seconds * 1000).toUTCString();
    expect(lease(writing(pki), { expiration: expiration - seconds }, date)).toMatchObject({
      durationSeconds: 3600,
      expiresAt: sentAt + 3_600_000,
    });
  });

  test('lives by this clock where Vault does not say its own', () => {
    expect(lease(writing(pki), { expiration }, 'yesterday')).toMatchObject({ durationSeconds: 3600 });
  });

  test('may be a token of Google Cloud', () => {
    expect(lease(sending({ ...database, type: 'gcp' }), { expires_at_seconds: expiration })).toMatchObject({
      durationSeconds: 3600,
    });
    expect(lease(sending(database), { expires_at_seconds: 'soon' })).toBeUndefined();
  });

  test('that had ended before it came is refused', () => {
    expect(lease(writing(pki), { expiration: sentAt / 1000 })).toEqual({
      code: 'invalid',
      message:
        'vault.test:8200: what Vault made for "issue/web" in pki/ had ended before it came; check its clock',
    });
  });

  test.each([['soon'], [null], [1.5], [1e300], [[]]])('PKI with expiration %j is not Vault', (end) => {
    expect(lease(writing(pki), { expiration: end })).toEqual({
      code: 'invalid',
      message: "vault.test:8200: the answer is not Vault's: its expiration is no number of seconds",
    });
  });

  test("another engine's expiration may mean anything", () => {
    const other = { ...pki, type: undefined };
    expect(lease(writing(other), { expiration: '2026-01-01T00:00:00Z' })).toBeUndefined();
    expect(lease(writing(other), { expiration })).toMatchObject({ durationSeconds: 3600 });
  });
});

describe('any answer', () => {
  const json = fc.jsonValue();
  const answers = fc.record(
    {
      lease_id: fc.oneof(json, fc.constant('a/b'), fc.constant('')),
      lease_duration: fc.oneof(json, fc.integer(), fc.constant(60)),
      renewable: fc.oneof(json, fc.boolean()),
      data: fc.oneof(json, fc.dictionary(fc.string(), json), fc.record({ expiration: json })),
      errors: json,
      auth: json,
    },
    { requiredKeys: [] },
  );

  test('is a document or an error; a lease in it has an id or an end, and a life that can be counted', () => {
    fc.assert(
      fc.property(
        answers,
        fc.constantFrom(200, 204, 400, 403, 404, 405, 429, 500, 503),
        fc.constantFrom(sending(database), writing(pki), writing({ ...pki, type: undefined })),
        (body, status, given) => {
          const outcome = read(given, status, JSON.stringify(body));
          if (!outcome.ok) return;
          expect(status).toBe(200);
          expect(JSON.parse(outcome.value.bytes.reveal().toString())).toEqual(
            JSON.parse(JSON.stringify(body.data)),
          );
          const { lease } = outcome.value;
          if (lease === undefined) return;
          expect(Number.isSafeInteger(lease.durationSeconds) && lease.durationSeconds >= 1).toBe(true);
          expect(lease.expiresAt).toBe(sentAt + lease.durationSeconds * 1000);
          expect(lease.id === '' ? lease.renewable : lease.login !== 'the-login').toBe(false);
        },
      ),
    );
  });
});
