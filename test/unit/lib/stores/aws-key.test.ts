import { expect, test } from '@jest/globals';
import { awsKeyProblems } from '../../../../lib/stores/aws-key.ts';

const store = { region: 'eu-central-1', prefix: '' };
const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/feed-AbCdEf';

test.each(['payments/feed', '/payments/feed', 'a_+=.@-9', 'a'.repeat(512), arn, arn.replace(/-AbCdEf$/, '')])(
  '%s is a key',
  (key) => {
    expect(awsKeyProblems(key, store)).toEqual([]);
  },
);

test.each([
  ['payments feed', 'the key has " "; names of secrets in AWS are letters, digits and "/_+=.@-"'],
  ['payments:feed', 'the key has ":"; names of secrets in AWS are letters, digits and "/_+=.@-"'],
  ['feed🔑', 'the key has "🔑"; names of secrets in AWS are letters, digits and "/_+=.@-"'],
  ['a'.repeat(513), 'the key has 513 characters; AWS allows 512'],
  [
    arn.replace('eu-central-1', 'us-east-1'),
    'the ARN is of region "us-east-1", the store of "eu-central-1"; use a store of that region',
  ],
  [
    'arn:aws:ssm:eu-central-1:111122223333:parameter/feed',
    'the key is an ARN of the service "ssm"; this store reads AWS Secrets Manager',
  ],
  ['arn:', 'the key is an ARN of the service ""; this store reads AWS Secrets Manager'],
  [
    `${arn}:api_key::`,
    'the ARN goes on behind the name of the secret; a field is written #<property>, a stage ?stage=… and a version ?version=…',
  ],
])('%s', (key, problem) => {
  expect(awsKeyProblems(key, store)).toEqual([problem]);
});

test.each([
  arn.replace('111122223333', '1111'),
  arn.replace(':secret:', ':key:'),
  arn.replace('payments/feed-AbCdEf', ''),
  arn.replace('payments/feed', 'payments feed'),
  arn.replace('arn:aws:', 'arn:azure:'),
])('%s is no ARN of a secret', (key) => {
  expect(awsKeyProblems(key, store)).toEqual([
    `the key ${JSON.stringify(key)} is not the ARN of a secret: arn:aws:secretsmanager:<region>:<account of 12 digits>:secret:<name>`,
  ]);
});

test('the prefix counts for names, and not for ARNs', () => {
  const prefixed = { ...store, prefix: 'p'.repeat(500) };
  expect(awsKeyProblems('a'.repeat(12), prefixed)).toEqual([]);
  expect(awsKeyProblems('a'.repeat(13), prefixed)).toEqual([
    'the key has 513 characters with the prefix of the store; AWS allows 512',
  ]);
  expect(awsKeyProblems(arn, prefixed)).toEqual([]);
});
