import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AwsStorePlan, PlanSource } from '../../../../lib/plan.ts';
import { readTarget } from '../../../../providers/aws/key.ts';

const store: AwsStorePlan = {
  type: 'aws',
  region: 'eu-central-1',
  allowHttp: false,
  prefix: '',
  auth: { token: 'sts', podIdentity: false, roles: [], sessionName: 'keyferry' },
};
const source = (key: string, fields: Partial<PlanSource> = {}): PlanSource => ({
  store: 0,
  key,
  intervalSeconds: 60,
  ...fields,
});
const read = (key: string, over: Partial<AwsStorePlan> = {}, fields: Partial<PlanSource> = {}) => {
  const target = readTarget(source(key, fields), { ...store, ...over });
  return target.ok ? target.value.id : `${target.error.code}: ${target.error.message}`;
};
const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/db-a1B2c3';

describe('what a key names', () => {
  test('a name, behind the prefix', () => {
    expect(read('payments/db')).toBe('payments/db');
    expect(read('db', { prefix: 'payments/' })).toBe('payments/db');
    expect(read('a_B+c=d.e@f-1/g')).toBe('a_B+c=d.e@f-1/g');
  });

  test('an ARN, whatever the prefix', () => {
    expect(read(arn, { prefix: 'payments/' })).toBe(arn);
    expect(read('arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x', { region: 'cn-north-1' })).toBe(
      'arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x',
    );
  });

  test('keeps version and stage', () => {
    const version = 'v'.repeat(32);
    expect(readTarget(source('db', { version, stage: 'AWSPREVIOUS' }), store)).toEqual({
      ok: true,
      value: { id: 'db', region: 'eu-central-1', version, stage: 'AWSPREVIOUS' },
    });
  });
});

describe('what a key cannot name is told before anything is sent', () => {
  test.each<[string, string]>([
    [
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:payments/db-a1B2c3',
      'the ARN is of region "us-east-1", the store of "eu-central-1"; use a store of that region',
    ],
    [
      'arn:aws:ssm:eu-central-1:111122223333:parameter/x',
      'the key is an ARN of the service "ssm"; this store reads AWS Secrets Manager',
    ],
    ['a b', 'the key has " "; names of secrets in AWS are letters, digits and "/_+=.@-"'],
    ['x'.repeat(513), 'the key has 513 characters; AWS allows 512'],
  ])('%s', (key, message) => {
    expect(read(key)).toBe(`invalid: ${message}`);
  });

  test('a version that is none', () => {
    expect(read('db', {}, { version: '3' })).toBe(
      'invalid: the version "3" is no VersionId, which has 32 to 64 characters; a staging label is written ?stage=',
    );
    expect(read('db', {}, { version: 'v'.repeat(65) })).toContain('is no VersionId');
    expect(read('db', {}, { version: 'v'.repeat(64) })).toBe('db');
  });

  test('parameters', () => {
    expect(read('db', {}, { parameters: [{ name: 'a', value: 'b' }] })).toBe(
      'invalid: AWS Secrets Manager makes no secrets: the ref takes no parameters',
    );
  });
});

test('whatever the key is, what goes out is a name or an ARN of the region, or nothing', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: 'binary' }).map((end) => `arn:aws:secretsmanager:${end}`),
  );
  fc.assert(
    fc.property(key, (text) => {
      const target = readTarget(source(text), store);
      if (!target.ok) return target.error.code === 'invalid';
      const { id } = target.value;
      return (
        id === text &&
        (/^[\w/+=.@-]{1,512}$/.test(id) || id.startsWith('arn:aws:secretsmanager:eu-central-1:'))
      );
    }),
  );
});
