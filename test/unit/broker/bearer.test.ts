import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readBearer } from '../../../broker/identity/bearer.ts';

const now = Date.UTC(2026, 0, 1);
const inAMinute = now / 1000 + 60;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (claims: unknown): string => `${encode({ alg: 'ES256' })}.${encode(claims)}.c2lnbmF0dXJl`;
const good = tokenOf({ aud: ['keyferry'], exp: inAMinute });

describe('what is sent as Authorization', () => {
  test.each([
    ['a token', `Bearer ${good}`],
    ['in other letters', `bEARER   ${good}`],
    ['for several audiences', `Bearer ${tokenOf({ aud: ['vault', 'keyferry'], exp: inAMinute })}`],
    ['for one that is not in a list', `Bearer ${tokenOf({ aud: 'keyferry', exp: inAMinute })}`],
  ])('%s is taken, unproved', (_what, header) => {
    const read = readBearer(header, now);
    if (!read.ok) throw new Error(read.error.error.message);
    expect(read.value.expiresAt).toBe(now + 60_000);
    expect(header.endsWith(read.value.token.reveal())).toBe(true);
    expect(JSON.stringify(read.value)).not.toContain(good.slice(0, 20));
  });

  test.each([
    [undefined, "there is no Authorization header; send the pod's token as a bearer token"],
    ['', 'the Authorization header is not a bearer token'],
    ['Basic dTpw', 'the Authorization header is not a bearer token'],
    [`Bearer${good}`, 'the Authorization header is not a bearer token'],
    ['Bearer abc', 'the token is not the token of a ServiceAccount'],
    [`Bearer ${good} ${good}`, 'the token is not the token of a ServiceAccount'],
    ['Bearer a.b.c', 'the token is not the token of a ServiceAccount'],
    [`Bearer ${tokenOf([])}`, 'the token is not the token of a ServiceAccount'],
    [`Bearer ${'x'.repeat(8193)}`, 'the token is longer than the 8192 characters that are looked at'],
    [`Bearer ${tokenOf({ exp: inAMinute })}`, 'the token is for another audience than "keyferry"'],
    [
      `Bearer ${tokenOf({ aud: 'xkeyferry', exp: inAMinute })}`,
      'the token is for another audience than "keyferry"',
    ],
    [
      `Bearer ${tokenOf({ aud: ['keyferry '], exp: inAMinute })}`,
      'the token is for another audience than "keyferry"',
    ],
    [`Bearer ${tokenOf({ aud: ['keyferry'] })}`, 'the token does not say when it ends'],
    [`Bearer ${tokenOf({ aud: ['keyferry'], exp: '9e9' })}`, 'the token does not say when it ends'],
    [`Bearer ${tokenOf({ aud: ['keyferry'], exp: now / 1000 })}`, 'the token has expired'],
  ])('%.40s: 401', (header, message) => {
    expect(readBearer(header, now)).toEqual({
      ok: false,
      error: { status: 401, error: { code: 'unauthenticated', message } },
    });
  });

  test('whatever it is, it is refused in words of our own', () => {
    const claims = fc.jsonValue().map(tokenOf);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          claims.map((token) => `Bearer ${token}`),
        ),
        (header) => {
          const read = readBearer(header, now);
          expect(read.ok ? 0 : read.error.status).toBe(401);
        },
      ),
    );
  });
});
