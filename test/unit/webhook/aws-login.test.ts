import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStore, type Store } from '../../../lib/stores/store.ts';
import { awsLogin, type AwsLoginFindings } from '../../../lib/connections/aws-login.ts';
import type { Identity } from '../../../lib/connections/identity.ts';

const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

const storeOf = (aws: object): Store => {
  const { store, problems } = readStore({
    kind: 'SecretStore',
    metadata: { name: 'aws', namespace: 'one' },
    spec: { provider: { aws: { region: 'eu-central-1', ...aws } } },
  });
  if (store === undefined) throw new Error(problems.join('\n'));
  return store;
};

const login = (aws: object, identity: Partial<Identity> = {}): AwsLoginFindings => {
  const store = storeOf(aws);
  if (store.provider.type !== 'aws') throw new Error('not of AWS');
  return awsLogin(store, store.provider, {
    namespace: 'one',
    serviceAccount: 'api',
    annotations: {},
    ...identity,
  });
};

const annotated = (role: string): Partial<Identity> => ({
  annotations: { 'eks.amazonaws.com/role-arn': role },
});

describe('the chain of roles', () => {
  const own = annotated(arn('own'));
  const additionalRoles = [arn('a'), arn('b')];
  const role = arn('last');

  test.each([
    ['nobody', {}, {}, []],
    ['the ServiceAccount', {}, own, ['own']],
    ['the store', { role }, {}, ['last']],
    ['both', { role }, own, ['last']],
    ['both, the same', { role: arn('own') }, own, ['own']],
    ['both, with an external id', { role, externalID: 'x1' }, own, ['own', 'last']],
    ['both, with tags', { role, sessionTags: [{ key: 'a', value: 'b' }] }, own, ['own', 'last']],
    ['both, with the tags of the policy', { role, sessionTagsPolicy: 'Simple' }, own, ['own', 'last']],
    ['the store, with an external id', { role, externalID: 'x1' }, {}, ['last']],
    ['both, with more between', { role, additionalRoles }, own, ['own', 'a', 'b', 'last']],
    ['the store, with more before', { role, additionalRoles }, {}, ['a', 'b', 'last']],
    [
      'both, the first of them twice',
      { role, additionalRoles: [arn('own'), arn('b')] },
      own,
      ['own', 'b', 'last'],
    ],
    ['the ServiceAccount, with more behind', { additionalRoles }, own, ['own', 'a', 'b']],
  ])('%s', (_who, aws, identity, wanted) => {
    const found = login(aws, identity).login;
    expect(found.roles.map((item) => item.arn)).toEqual(wanted.map(arn));
    expect(found.podIdentity).toBe(identity !== own);
  });

  test('external id and tags are said to the last, and to the last alone', () => {
    const { roles } = login(
      {
        role,
        additionalRoles,
        externalID: 'x1',
        sessionTags: [{ key: 'k', value: 'v' }],
        transitiveTagKeys: ['k'],
      },
      own,
    ).login;
    expect(roles.slice(0, -1)).toEqual([{ arn: arn('own') }, { arn: arn('a') }, { arn: arn('b') }]);
    expect(roles.at(-1)).toEqual({
      arn: role,
      externalId: 'x1',
      sessionTags: [{ key: 'k', value: 'v' }],
      transitiveTagKeys: ['k'],
    });
    const withoutRole = login({ additionalRoles, externalID: 'x1' }, own).login;
    expect(withoutRole.roles).toEqual([{ arn: arn('own') }, { arn: arn('a') }, { arn: arn('b') }]);
  });
});

describe('the ServiceAccount', () => {
  test('has to be known where its role may be needed', () => {
    const unknown: Identity = { namespace: 'one', serviceAccount: 'api' };
    const store = storeOf({});
    const direct = storeOf({ role: arn('last') });
    if (store.provider.type !== 'aws' || direct.provider.type !== 'aws') throw new Error('not of AWS');
    expect(awsLogin(store, store.provider, unknown)).toMatchObject({
      issues: [{ code: 'unknown_service_account' }],
      warnings: [],
    });
    expect(awsLogin(direct, direct.provider, unknown)).toMatchObject({ issues: [], warnings: [] });
  });

  test('with a bad annotation is refused, but where that is not used', () => {
    expect(login({}, annotated('payments'))).toMatchObject({ issues: [{ code: 'invalid_service_account' }] });
    expect(login({ role: arn('last') }, annotated('payments')).issues).toEqual([]);
  });

  test.each([
    [{}, {}, 'sts.amazonaws.com'],
    [{}, { 'eks.amazonaws.com/audience': 'theirs' }, 'theirs'],
    [{}, { 'eks.amazonaws.com/audience': '' }, 'sts.amazonaws.com'],
    [
      { auth: { jwt: { serviceAccountRef: { audiences: ['ours'] } } } },
      { 'eks.amazonaws.com/audience': 'theirs' },
      'ours',
    ],
  ])('%j and %j: the audience %s', (aws, annotations, audience) => {
    expect(login(aws, { annotations }).login.audience).toBe(audience);
  });
});

test.each([
  [{}, {}, ['no role is named']],
  [{}, annotated(arn('own')), []],
  [{ role: arn('last') }, annotated(arn('own')), ["spec.provider.aws.role is assumed with the pod's token"]],
  [{ role: arn('own') }, annotated(arn('own')), []],
  [{ role: arn('last'), externalID: 'x1' }, {}, ['externalID and session tags']],
  [{ role: arn('last'), externalID: 'x1', additionalRoles: [arn('a')] }, {}, []],
])('%j and %j: warnings that begin with %j', (aws, identity, wanted) => {
  const { warnings } = login(aws, identity);
  expect(warnings.map((warning, index) => warning.startsWith(wanted[index] ?? '?'))).toEqual(
    wanted.map(() => true),
  );
});

test('the name of the session is one that STS takes, whatever Kubernetes allows', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  const subdomain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
  fc.assert(
    fc.property(label, subdomain, (namespace, serviceAccount) => {
      const { sessionName } = login({}, { namespace, serviceAccount }).login;
      expect(sessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
      expect(`keyferry-${namespace}-${serviceAccount}`.startsWith(sessionName)).toBe(true);
    }),
  );
});

test('and it is cut where STS would refuse it', () => {
  const { sessionName } = login({}, { namespace: 'n'.repeat(63), serviceAccount: 'api' }).login;
  expect(sessionName).toBe(`keyferry-${'n'.repeat(55)}`);
});
