import { describe, expect, test } from '@jest/globals';
import type { BatchGetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import { outcomeInBatch } from '../../../../providers/aws/batch-answer.ts';
import { BatchHabit } from '../../../../providers/aws/batch-habit.ts';
import { toDocument } from '../../../../providers/aws/document.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const target = (id: string) => ({ id, region: 'eu-central-1', version: undefined, stage: undefined });
const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-a1B2c3';
const answer: BatchGetSecretValueResponse = {
  SecretValues: [{ ARN: arn, Name: 'db', VersionId: 'v', SecretString: 'value' }],
  Errors: [
    { SecretId: 'gone', ErrorCode: 'ResourceNotFoundException', Message: 'canary' },
    { SecretId: 'busy', ErrorCode: 'InternalServiceError', Message: 'canary' },
  ],
};
const say = (id: string, given = answer): string | undefined => {
  const outcome = outcomeInBatch(given, target(id), { who: 'role "x"' });
  if (outcome === undefined) return undefined;
  return outcome.ok
    ? outcome.value.bytes.reveal().toString()
    : `${outcome.error.code}: ${outcome.error.message}`;
};

describe('what a batch says of a secret', () => {
  test.each(['db', arn, arn.slice(0, -7)])('asked for as %s', (id) => {
    expect(say(id)).toBe('value');
  });

  test('that AWS could not give', () => {
    expect(say('gone')).toBe(
      'not_found: secret "gone" in eu-central-1 does not exist in the account of role "x", or has no value yet',
    );
    expect(say('busy')).toBe('unavailable: AWS failed inside reading secret "busy" in eu-central-1');
  });

  test.each<[string, unknown]>([
    ['does not mention', {}],
    ['mentions without a value', { SecretValues: [{ Name: 'db', VersionId: 'v' }] }],
    ['mentions without a version', { SecretValues: [{ Name: 'db', SecretString: 'x' }] }],
    ['mentions with another type', { SecretValues: [{ Name: 'db', VersionId: 'v', SecretString: 5 }] }],
    ['mentions without a code', { Errors: [{ SecretId: 'db' }] }],
    ['hides in what is no list', { SecretValues: 'db', Errors: { SecretId: 'db' } }],
    ['hides behind a hole', { SecretValues: [null], Errors: [null] }],
  ])('that it %s: nothing', (_name, given) => {
    expect(say('db', given as BatchGetSecretValueResponse)).toBeUndefined();
  });
});

test('a secret is its text as UTF-8 or its bytes, an empty one too', () => {
  const bytes = (value: object) => toDocument({ VersionId: 'v', ...value })?.bytes.reveal();
  expect(bytes({ SecretString: 'ü' })).toEqual(Buffer.from('ü'));
  expect(bytes({ SecretString: '' })).toEqual(Buffer.alloc(0));
  expect(bytes({ SecretBinary: Uint8Array.of(0, 255) })).toEqual(Buffer.from([0, 255]));
  expect(bytes({})).toBeUndefined();
});

test.each([
  ['denied', true],
  ['throttled', true],
  ['invalid', true],
  ['unavailable', false],
  ['timeout', false],
  ['unauthenticated', false],
] as const)('a batch that is %s is given up for an hour: %j', async (code, givenUp) => {
  const clock = new ManualClock();
  const habit = new BatchHabit(clock);
  expect(habit.readsInBatches).toBe(true);
  expect(habit.breaksAt(code)).toBe(givenUp);
  expect(habit.readsInBatches).toBe(!givenUp);
  await clock.advance(60 * 60_000);
  expect(habit.readsInBatches).toBe(true);
});
