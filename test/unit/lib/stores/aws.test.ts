import { describe, expect, test } from '@jest/globals';
import type { AwsStore } from '../../../../lib/stores/aws.ts';
import { readStore, readsServiceAccount } from '../../../../lib/stores/store.ts';

const place = 'spec.provider.aws';
const region = 'eu-central-1';
const role = 'arn:aws:iam::111122223333:role/payments';

const readAll = (aws: unknown): ReturnType<typeof readStore> =>
  readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'n' },
    spec: { provider: { aws } },
  });

const read = (aws: Record<string, unknown>): AwsStore | readonly string[] => {
  const { store, problems } = readAll({ service: 'SecretsManager', region, ...aws });
  return store?.provider.type === 'aws' ? store.provider : problems;
};

const least = {
  type: 'aws',
  region,
  prefix: '',
  roles: { additionalRoles: [], tags: { ofStore: false, own: [], transitiveKeys: [] } },
};

test('a region is enough', () => {
  expect(readAll({ region })).toMatchObject({ problems: [], warnings: [] });
  expect(read({})).toEqual(least);
  expect(read({ auth: {}, role: '', additionalRoles: [], sessionTags: [], endpoints: {} })).toEqual(least);
});

test.each([
  'us-east-1',
  'ap-southeast-5',
  'us-gov-west-1',
  'cn-northwest-1',
  'us-isob-east-1',
  'eusc-de-east-1',
  'mx-central-1',
])('region %s', (name) => {
  expect(read({ region: name })).toMatchObject({ region: name });
});

test.each([
  'eu-central',
  'Eu-central-1',
  'eu-central-1.evil.example',
  'eu-central-1/',
  'eu_central_1',
  '1',
  '-1',
])('region %j is refused', (name) => {
  expect(read({ region: name })).toEqual([
    `${place}.region is ${JSON.stringify(name)}; give the name of a region, like eu-central-1`,
  ]);
});

test('no region', () => {
  expect(readAll({}).problems).toEqual([`${place}.region is missing`]);
  expect(readAll({ region: 1 }).problems).toEqual([`${place}.region must be a string`]);
});

describe('roles', () => {
  test.each([
    'arn:aws:iam::111122223333:role/payments',
    'arn:aws-cn:iam::111122223333:role/payments',
    'arn:aws-us-gov:iam::111122223333:role/payments',
    'arn:aws-iso-b:iam::111122223333:role/payments',
    'arn:aws:iam::111122223333:role/team/payments/reader',
    'arn:aws:iam::111122223333:role/_+=,.@-',
  ])('%s', (arn) => {
    expect(read({ role: arn, additionalRoles: [arn] })).toMatchObject({
      roles: { role: arn, additionalRoles: [arn] },
    });
  });

  test.each([
    'payments',
    'arn:aws:iam::ACCOUNT-ID:role/payments',
    'arn:aws:iam::11112222333:role/payments',
    'arn:aws:iam::1111222233334:role/payments',
    'arn:aws:iam:eu-central-1:111122223333:role/payments',
    'arn:aws:iam::111122223333:user/payments',
    'arn:aws:iam::111122223333:role/',
    'arn:aws:iam::111122223333:role/payments/',
    'arn:aws:iam::111122223333:role/pay ments',
    'arn:AWS:iam::111122223333:role/payments',
    'arn:aws:sts::111122223333:assumed-role/payments/session',
    `arn:aws:iam::111122223333:role/${'a'.repeat(2048)}`,
  ])('%s is refused', (arn) => {
    const problems = read({ role: arn, additionalRoles: [role, arn] });
    expect(problems).toEqual([
      expect.stringMatching(/^spec\.provider\.aws\.role is "[^"]*"; give the ARN of an IAM role/),
      expect.stringMatching(
        /^spec\.provider\.aws\.additionalRoles\[1\] is "[^"]*"; give the ARN of an IAM role/,
      ),
    ]);
  });

  test('a long text that is almost a role is refused at once', () => {
    const started = performance.now();
    read({ role: `arn:aws:iam::111122223333:role/${'/-'.repeat(1000)} ` });
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('externalID', () => {
  test.each(['ab', 'a'.repeat(1224), 'A_+=,.@:/-9'])('%#', (externalID) => {
    expect(read({ role, externalID })).toMatchObject({ roles: { externalId: externalID } });
  });

  test.each(['a', 'a'.repeat(1225), 'a b', 'a;b'])('%# is refused', (externalID) => {
    expect(read({ role, externalID })).toEqual([
      expect.stringMatching(
        /^spec\.provider\.aws\.externalID is ".*"; AWS takes 2 to 1224 letters, digits and "_\+=,\.@:\/-"$/,
      ),
    ]);
  });
});

const tagsOf = (aws: Record<string, unknown>): unknown => {
  const found = read({ role, ...aws });
  return 'roles' in found ? found.roles.tags : found;
};

describe('session tags', () => {
  const tags = (count: number): { key: string; value: string }[] =>
    Array.from({ length: count }, (_item, index) => ({ key: `k${index}`, value: 'v' }));

  test('are sorted, and may be empty', () => {
    const sessionTags = [{ key: 'z', value: '1' }, { key: 'ä b', value: '' }, { key: 'a' }];
    expect(tagsOf({ sessionTags, transitiveTagKeys: ['a'] })).toEqual({
      ofStore: false,
      own: [
        { key: 'a', value: '' },
        { key: 'z', value: '1' },
        { key: 'ä b', value: '' },
      ],
      transitiveKeys: ['a'],
    });
  });

  test.each([
    ['a key that is too long', { key: 'k'.repeat(129), value: '' }],
    ['a key with a semicolon', { key: 'a;b', value: '' }],
  ])('%s', (_what, tag) => {
    expect(tagsOf({ sessionTags: [tag] })).toEqual([
      expect.stringMatching(/sessionTags has the key ".*"; AWS takes 1 to 128 letters, digits, spaces and/),
    ]);
  });

  test.each(['v'.repeat(257), 'a;b'])('a value that AWS does not take', (value) => {
    expect(tagsOf({ sessionTags: [{ key: 'k', value }] })).toEqual([
      expect.stringMatching(/sessionTags has the value ".*" for "k"; AWS takes up to 256/),
    ]);
  });

  test.each([
    [{}, `${place}.sessionTags[0].key is missing`],
    [{ key: 'a', value: 1 }, `${place}.sessionTags[0].value must be a string`],
    [{ key: 'a', vaule: 'b' }, `${place}.sessionTags[0].vaule is not a known field; did you mean value?`],
  ])('%j', (tag, problem) => {
    expect(tagsOf({ sessionTags: [tag] })).toContain(problem);
  });

  test('fifty, less those of the policy', () => {
    expect(tagsOf({ sessionTags: tags(50) })).toHaveProperty('own');
    expect(tagsOf({ sessionTags: tags(51) })).toEqual([`${place}.sessionTags has 51 tags; 50 are allowed`]);
    const customSessionTags = Object.fromEntries(tags(48).map(({ key, value }) => [key, value]));
    expect(tagsOf({ sessionTagsPolicy: 'Custom', customSessionTags })).toEqual([
      `${place}.customSessionTags has 48 tags; 47 are allowed`,
    ]);
  });

  test.each([
    ['Simple', { ofStore: true, own: [], transitiveKeys: ['esoNamespace'] }],
    ['Custom', { ofStore: true, own: [{ key: 'b', value: 'c' }], transitiveKeys: ['esoNamespace'] }],
  ])('policy %s takes the place of sessionTags', (sessionTagsPolicy, wanted) => {
    const all = { sessionTags: [{ key: 'a', value: 'b' }], customSessionTags: { b: 'c' } };
    expect(tagsOf({ sessionTagsPolicy, ...all, transitiveTagKeys: ['esoNamespace'] })).toEqual(wanted);
  });

  test('an unknown policy, a reserved key, a transitive key that nobody set', () => {
    expect(tagsOf({ sessionTagsPolicy: 'All' })).toEqual([
      `${place}.sessionTagsPolicy is "All"; it takes None, Simple or Custom`,
    ]);
    expect(tagsOf({ sessionTagsPolicy: 'Custom', customSessionTags: { esoStoreKind: 'x' } })).toEqual([
      `${place}.customSessionTags has the key "esoStoreKind", which the policy sets itself`,
    ]);
    expect(tagsOf({ transitiveTagKeys: ['esoNamespace'] })).toEqual([
      `${place}.transitiveTagKeys has "esoNamespace", which is no session tag`,
    ]);
  });
});

test('what has no effect is a warning each', () => {
  const { problems, warnings } = readAll({
    region,
    externalID: 'x1',
    sessionTagsPolicy: 'Simple',
    secretsManager: {},
    sessionTags: [],
  });
  expect(problems).toEqual([]);
  const noRole = 'has no effect without role: it is said when that role is assumed';
  expect(warnings).toEqual([
    `${place}.sessionTags has no effect: sessionTagsPolicy Simple takes its place`,
    `${place}.externalID ${noRole}`,
    `${place}.sessionTags ${noRole}`,
    `${place}.sessionTagsPolicy ${noRole}`,
    `${place}.secretsManager has no effect: Keyferry only reads`,
  ]);
  expect(readAll({ region, sessionTagsPolicy: 'None' }).warnings).toEqual([]);
});

test('endpoints are base URLs, the certificate authority is PEM', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  const caBundle = Buffer.from(pem).toString('base64');
  const endpoints = { secretsManager: 'https://A.example/', sts: 'http://127.0.0.1:4566' };
  expect(read({ endpoints, caBundle })).toMatchObject({
    secretsManagerEndpoint: 'https://a.example',
    stsEndpoint: 'http://127.0.0.1:4566',
    caBundle: `${pem}\n`,
  });
  expect(read({ endpoints: { sts: 'https://a.example?x' } })).toEqual([
    `${place}.endpoints.sts has a query or a fragment; give the base URL alone`,
  ]);
  expect(read({ endpoints: { ssm: 'https://a.example' } })).toEqual([
    `${place}.endpoints.ssm is not a known field`,
  ]);
});

test('the login may name a ServiceAccount and an audience', () => {
  const serviceAccountRef = { name: 'api', namespace: 'n', audiences: ['a', 'a'] };
  expect(read({ auth: { jwt: { serviceAccountRef } } })).toMatchObject({
    serviceAccount: { name: 'api', namespace: 'n' },
    audience: 'a',
  });
  expect(read({ auth: { jwt: {} } })).toEqual(least);
  expect(read({ auth: { jwt: { serviceAccountRef: { audiences: [] } } } })).toEqual(least);
  expect(read({ auth: { jwt: { secretRef: {} }, iam: {} } })).toEqual([
    `${place}.auth.iam is not a known field`,
    `${place}.auth.jwt.secretRef is not a known field`,
  ]);
});

test.each([
  [{ provider: { aws: {} } }, true],
  [{ provider: { vault: {} } }, false],
  [{ provider: null }, false],
  [null, false],
  [undefined, false],
])('whether %j reads the ServiceAccount: %s', (spec, wanted) => {
  expect(readsServiceAccount({ kind: 'SecretStore', metadata: {}, spec })).toBe(wanted);
});
