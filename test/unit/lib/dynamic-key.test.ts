import { expect, test } from '@jest/globals';
import { looksDynamic } from '../../../lib/dynamic-key.ts';

test.each([
  ['database/creds/readonly', true],
  ['/database/creds/readonly', true],
  ['team/database/creds/readonly', true],
  ['aws/sts/deployer', true],
  ['pki/issue/web', true],
  ['pki/issuer/2026/issue/web', true],
  ['pki/sign/web', true],
  ['pki/sign-verbatim/web', true],
  ['payments/db', false],
  ['payments/creds', false],
  ['creds/payments', false],
  ['/creds/payments', false],
  ['payments/credsx/db', false],
  ['database/static-creds/app', false],
])('%s: %s', (key, wanted) => {
  expect(looksDynamic({ key })).toBe(wanted);
});

test('whatever is asked for with parameters is made', () => {
  expect(looksDynamic({ key: 'payments/db', parameters: [{ name: 'ttl', value: '1h' }] })).toBe(true);
});
