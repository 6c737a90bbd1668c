import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import type { Refusal } from '../../../../providers/aws/answer.ts';
import { batchRefused, readRefused } from '../../../../providers/aws/read-errors.ts';

const context = { server: 'sm.test:443', now: Date.UTC(2026, 0, 1) };
const target = { id: 'payments/db', region: 'eu-central-1', version: undefined, stage: undefined };
const who = 'role "arn:aws:iam::1:role/app"';
const refusal = (code: string, date?: string): Refusal => ({
  kind: 'refused',
  code,
  status: 400,
  date,
  retryAfterMs: undefined,
});
const say = (code: string, over: { version?: string; stage?: string } = {}, date?: string) => {
  const error = readRefused({ ...target, ...over }, who)(refusal(code, date), context);
  return `${error.code}: ${error.message}`;
};

describe('a read that is refused', () => {
  test.each<[string, string]>([
    [
      'ResourceNotFound',
      `not_found: secret "payments/db" in eu-central-1 does not exist in the account of ${who}, or has no value yet`,
    ],
    [
      'AccessDenied',
      `denied: AWS denied ${who} reading secret "payments/db" in eu-central-1: a policy must allow secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)`,
    ],
    [
      'DecryptionFailure',
      `denied: AWS KMS did not decrypt secret "payments/db" in eu-central-1 for ${who}: its key must be enabled, and a policy must allow kms:Decrypt on it`,
    ],
    [
      'InvalidRequest',
      'not_found: secret "payments/db" in eu-central-1 is marked for deletion; restore it, or name another',
    ],
    ['InvalidParameter', 'invalid: AWS refused to read secret "payments/db" in eu-central-1 (HTTP 400)'],
    ['canary', 'invalid: AWS refused to read secret "payments/db" in eu-central-1 (HTTP 400)'],
    ['ExpiredToken', `unauthenticated: AWS does not accept the credentials of ${who}, not even new ones`],
    ['InvalidSignature', `unauthenticated: AWS does not accept a signature of ${who} (HTTP 400)`],
  ])('with %s', (code, expected) => {
    expect(say(code)).toBe(expected);
  });

  test('names the version and the stage that are not there', () => {
    const begin = `not_found: secret "payments/db" in eu-central-1 does not exist in the account of ${who}, or has no `;
    expect(say('ResourceNotFound', { version: 'v1' })).toBe(`${begin}version "v1"`);
    expect(say('ResourceNotFound', { stage: 'AWSPREVIOUS' })).toBe(`${begin}stage "AWSPREVIOUS"`);
    expect(say('ResourceNotFound', { version: 'v1', stage: 'x' })).toBe(`${begin}version "v1" at stage "x"`);
  });

  test('says where clocks differ', () => {
    expect(say('InvalidSignature', {}, 'Thu, 01 Jan 2026 00:10:00 GMT')).toBe(
      `unauthenticated: AWS does not accept a signature of ${who} (HTTP 400): AWS's clock and this machine's differ by 600 s (set them right)`,
    );
  });

  test('but for what failed before AWS judged it', () => {
    const failure = { kind: 'failed' as const, error: providerError('timeout', 'too late') };
    expect(readRefused(target, who)(failure, context)).toBe(failure.error);
    expect(batchRefused(who)(failure, context)).toBe(failure.error);
  });
});

test.each([
  ['AccessDenied', 'denied'],
  ['InvalidParameter', 'invalid'],
  ['ExpiredToken', 'unauthenticated'],
  ['InvalidSignature', 'unauthenticated'],
])('a batch that is refused with %s is %s', (code, expected) => {
  expect(batchRefused(who)(refusal(code), context).code).toBe(expected);
});
