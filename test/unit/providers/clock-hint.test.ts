import { expect, test } from '@jest/globals';
import { clockHint } from '../../../providers/clock-hint.ts';

const now = Date.UTC(2026, 0, 1);
const seconds = now / 1000;
const jwt = (claims: unknown): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
const fits = { iat: seconds - 10, nbf: seconds - 10, exp: seconds + 590, sub: 'canary' };
const early = "by this machine's clock the pod's token is not valid yet (check the clocks)";
const late = "by this machine's clock the pod's token has expired (check the clocks)";

test.each<[string, string, string | undefined, string | undefined]>([
  ['a token in its time', jwt(fits), undefined, undefined],
  ['nbf ahead', jwt({ ...fits, nbf: seconds + 1 }), undefined, early],
  ['iat ahead', jwt({ ...fits, iat: seconds + 1 }), undefined, early],
  ['exp behind', jwt({ ...fits, exp: seconds }), undefined, late],
  [
    'Vault an hour ahead',
    jwt(fits),
    'Thu, 01 Jan 2026 01:00:00 GMT',
    "Vault's clock and this machine's differ by 3600 s (set them right)",
  ],
  [
    'Vault two minutes behind',
    jwt(fits),
    'Wed, 31 Dec 2025 23:58:00 GMT',
    "Vault's clock and this machine's differ by 120 s (set them right)",
  ],
  ['Vault a minute behind', jwt(fits), 'Wed, 31 Dec 2025 23:59:00 GMT', undefined],
  ['a date that is none', jwt(fits), 'yesterday', undefined],
  ['claims of other types', jwt({ iat: 'canary', nbf: null, exp: [] }), undefined, undefined],
  ['no claims', jwt([]), undefined, undefined],
  ['no JSON', 'a.b.c', undefined, undefined],
  ['no JWT', 'canary', undefined, undefined],
  ['nothing', '', undefined, undefined],
])('%s', (_name, token, date, expected) => {
  expect(clockHint(token, { name: 'Vault', date }, now)).toBe(expected);
});
