import { expect, test } from '@jest/globals';
import type { ListSecretsResponse } from '@aws-sdk/client-secrets-manager';
import { listedNames } from '../../../../providers/aws/listed-names.ts';

const read = (answer: unknown) => listedNames(answer as ListSecretsResponse);

test('a page has names, without those of secrets that are scheduled for deletion, and says how to go on', () => {
  const SecretList = [{ Name: 'a' }, { Name: 'gone', DeletedDate: new Date(0) }, { Name: 'rds!db-1' }];
  expect(read({ SecretList, NextToken: 't' })).toEqual({ names: ['a', 'rds!db-1'], nextToken: 't' });
  expect(read({ SecretList: [], NextToken: '' })).toEqual({ names: [], nextToken: undefined });
  expect(read({ SecretList: [], NextToken: 5 })).toEqual({ names: [], nextToken: undefined });
});

test.each([
  {},
  { SecretList: 'a' },
  { SecretList: [null] },
  { SecretList: [{}] },
  { SecretList: [{ Name: 5 }] },
])('what is no page: %j', (answer) => {
  expect(read(answer)).toBeUndefined();
});
