import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '../../../emulators/aws/iam/evaluate.ts';
import { policyProblem } from '../../../emulators/aws/iam/policy.ts';
import { wildcardMatches } from '../../../emulators/aws/iam/wildcard.ts';
import { startAwsServer } from '../../../emulators/aws/server.ts';
import type { ConditionContext } from '../../../emulators/aws/iam/condition.ts';
import type { ConditionBlock, PolicyStatement } from '../../../emulators/aws/iam/document.ts';

const secret = 'arn:aws:secretsmanager:ap-south-1:111122223333:secret:payments/fraud-feed-AbCdEf';

const judge = (
  statements: readonly PolicyStatement[],
  context: ConditionContext = {},
  resource = secret,
): string =>
  evaluate([{ Version: '2012-10-17', Statement: statements }], {
    ...{ action: 'secretsmanager:GetSecretValue', resource, context },
  });

const allow = (Resource: string | string[], Action: string | string[] = '*'): PolicyStatement => ({
  ...{ Effect: 'Allow', Action, Resource },
});

describe('an identity policy', () => {
  test.each<[string, PolicyStatement[], string]>([
    [
      'of the guides',
      [
        allow(
          ['arn:aws:secretsmanager:ap-south-1:111122223333:secret:payments/fraud-feed-*'],
          ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
        ),
      ],
      'allowed',
    ],
    [
      'with six question marks',
      [allow('arn:aws:secretsmanager:*:111122223333:secret:payments/fraud-feed-??????')],
      'allowed',
    ],
    ['with five', [allow('arn:aws:secretsmanager:*:*:secret:payments/fraud-feed-?????')], 'implicit-deny'],
    ['without a suffix', [allow(secret.slice(0, -7))], 'implicit-deny'],
    ['in another case', [allow(secret.toUpperCase())], 'implicit-deny'],
    ['whose action is in another case', [allow('*', 'SECRETSMANAGER:getsecret*')], 'allowed'],
    ['for another action', [allow('*', 'secretsmanager:Describe*')], 'implicit-deny'],
    ['that denies', [allow('*'), { ...allow('*'), Effect: 'Deny' }], 'explicit-deny'],
    ['by NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'allowed'],
    ['by NotResource', [{ Effect: 'Allow', Action: '*', NotResource: secret }], 'implicit-deny'],
    ['of nothing', [], 'implicit-deny'],
  ])('%s', (_name, statements, verdict) => {
    expect(judge(statements)).toBe(verdict);
  });

  test('without a resource needs the star', () => {
    expect(judge([allow('*')], {}, '*')).toBe('allowed');
    expect(judge([allow('arn:aws:secretsmanager:*:*:secret:*')], {}, '*')).toBe('implicit-deny');
  });

  test('knows variables', () => {
    const statement = allow('arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*');
    expect(judge([statement], { 'aws:PrincipalTag/team': 'payments' })).toBe('allowed');
    expect(judge([statement], { 'aws:PrincipalTag/team': 'other' })).toBe('implicit-deny');
    expect(judge([statement])).toBe('implicit-deny');
  });
});

describe('a condition', () => {
  const context: ConditionContext = { 'secretsmanager:VersionStage': 'AWSCURRENT', keys: ['a', 'b'] };
  test.each<[ConditionBlock, boolean]>([
    [{ StringEquals: { 'SecretsManager:versionstage': 'AWSCURRENT' } }, true],
    [{ StringEquals: { 'secretsmanager:VersionStage': ['x', 'AWSCURRENT'] } }, true],
    [{ StringEquals: { 'secretsmanager:VersionStage': 'awscurrent' } }, false],
    [{ StringEqualsIgnoreCase: { 'secretsmanager:VersionStage': 'awscurrent' } }, true],
    [{ StringLike: { 'secretsmanager:VersionStage': 'AWS*' } }, true],
    [{ StringNotEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } }, false],
    [{ StringNotEquals: { 'secretsmanager:VersionStage': ['x', 'AWSCURRENT'] } }, false],
    [{ StringNotLike: { absent: 'x' } }, true],
    [{ StringEquals: { absent: 'x' } }, false],
    [{ StringEqualsIfExists: { absent: 'x' } }, true],
    [{ Null: { absent: 'true' } }, true],
    [{ Null: { keys: true } }, false],
    [{ 'ForAnyValue:StringEquals': { keys: ['b', 'c'] } }, true],
    [{ 'ForAllValues:StringEquals': { keys: ['b', 'c'] } }, false],
    [{ 'ForAllValues:StringEquals': { keys: ['a', 'b', 'c'] } }, true],
    [{ StringEquals: { keys: 'a' }, StringLike: { absent: '*' } }, false],
  ])('%j', (Condition, holds) => {
    expect(judge([{ ...allow('*'), Condition }], context)).toBe(holds ? 'allowed' : 'implicit-deny');
  });
});

test('wildcards stand for what they say and nothing else does', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (start, middle, end) => {
      const literal = (text: string): string => text.replace(/[*?]/g, '');
      const [head, tail] = [literal(start), literal(end)];
      expect(wildcardMatches(`${head}*${tail}`, head + middle + tail)).toBe(true);
      expect(wildcardMatches(head, head + middle)).toBe(middle === '');
    }),
  );
  expect([
    wildcardMatches('a?c', 'abc'),
    wildcardMatches('a?c', 'ac'),
    wildcardMatches('a.c', 'abc'),
  ]).toEqual([true, false, false]);
});

test.each<[unknown, string]>([
  ['x', 'a policy must be an object'],
  [{}, 'a statement must be an object'],
  [{ Statement: { Effect: 'allow', Action: '*' } }, 'Effect must be Allow or Deny'],
  [{ Statement: { Effect: 'Allow' } }, 'a statement needs either Action or NotAction'],
  [{ Statement: [{ Effect: 'Allow', Action: '*', Actions: '*' }] }, 'a statement has no "Actions"'],
  [
    { Statement: { Effect: 'Allow', Action: '*', Condition: { NumericEquals: {} } } },
    'the condition operator NumericEquals is not known here',
  ],
])('the policy %j is refused', (document, problem) => {
  expect(policyProblem(document)).toBe(problem);
});

test('a set-up with a policy that cannot be judged throws', async () => {
  const trust = { Statement: { Effect: 'Allow', Action: '*', Condition: { IpAddress: {} } } } as const;
  await expect(startAwsServer({ setup: { roles: { odd: { trust } } } })).rejects.toThrow(
    'role arn:aws:iam::111122223333:role/odd: trust: the condition operator IpAddress is not known here',
  );
});
