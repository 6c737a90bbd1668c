import { describe, expect, test } from '@jest/globals';
import type { BrokerInstall } from '../../../../lib/broker/install.ts';
import { mayBeBrokered, routeOf } from '../../../../lib/broker/route.ts';
import type { Store } from '../../../../lib/stores/store.ts';

const server = 'https://vault.example:8200';
const install: BrokerInstall = {
  credentials: [
    { name: 'shared', servers: ['https://*.example:8200'] },
    { name: 'own', namespace: 'payments', servers: [server] },
    {
      name: 'aws',
      servers: [
        'https://secretsmanager.eu-central-1.amazonaws.com',
        'https://sts.eu-central-1.amazonaws.com',
      ],
    },
    { name: 'bitwarden', servers: ['https://api.bitwarden.com', 'https://identity.bitwarden.com'] },
  ],
  serviceAccounts: [{ namespace: 'payments', name: 'reader' }],
};
const api = { namespace: 'payments', serviceAccount: 'api' };

const place = {
  cluster: { kind: 'ClusterSecretStore' },
  own: { kind: 'SecretStore', namespace: 'payments' },
} as const;

const storeOf = (
  where: keyof typeof place,
  provider: Store['provider'],
  via: Store['via'] = 'agent',
): Store => ({
  ...place[where],
  name: 's',
  conditions: [],
  provider,
  via,
});

const vault = (auth: Extract<Store['provider'], { type: 'vault' }>['auth']): Store['provider'] => ({
  type: 'vault',
  server,
  path: 'kv',
  kvVersion: 'v2',
  auth,
});

const jwt = (serviceAccount?: { readonly name: string; readonly namespace?: string }): Store['provider'] =>
  vault({
    method: 'jwt',
    mountPath: 'jwt',
    tokenExpirationSeconds: 600,
    ...(serviceAccount && { serviceAccount }),
  });

const token = (name: string): Store['provider'] => vault({ method: 'token', token: { name, key: 'token' } });

const accessKey = (role?: string): Store['provider'] => ({
  type: 'aws',
  region: 'eu-central-1',
  prefix: '',
  roles: {
    additionalRoles: [],
    tags: { ofStore: false, own: [], transitiveKeys: [] },
    ...(role !== undefined && { role }),
  },
  accessKey: { accessKeyId: { name: 'aws', key: 'id' }, secretAccessKey: { name: 'aws', key: 'key' } },
});

const bitwarden = (apiUrl: string): Store['provider'] => ({
  type: 'bitwardensecretsmanager',
  apiUrl,
  identityUrl: 'https://identity.bitwarden.com',
  organizationId: 'o',
  projectId: 'p',
  token: { name: 'bitwarden', key: 'token' },
});

const file: Store['provider'] = { type: 'file', path: '/srv' };

const said = (store: Store, given: BrokerInstall | undefined = install): string | readonly string[] => {
  const route = routeOf(store, api, given);
  if (route.by === 'agent') return 'agent';
  if (route.by === 'nobody') return route.problems.map(({ code }) => code);
  const { as } = route;
  if (as.kind === 'credential') return `credentials ${as.credentials.map(({ name }) => name).join()}`;
  return as.kind === 'broker' ? 'the broker itself' : `${as.namespace}/${as.name}`;
};

describe('who reads a store', () => {
  test.each([
    ['a login of the pod', storeOf('own', jwt()), 'agent'],
    ['the ServiceAccount of the pod', storeOf('own', jwt({ name: 'api' })), 'agent'],
    ['the same by its full name', storeOf('cluster', jwt({ name: 'api', namespace: 'payments' })), 'agent'],
    [
      'its namesake of another namespace',
      storeOf('cluster', jwt({ name: 'api', namespace: 'hr' })),
      ['service_account_mismatch'],
    ],
    ['one that is granted', storeOf('own', jwt({ name: 'reader' })), 'payments/reader'],
    [
      'one that is granted, for all',
      storeOf('cluster', jwt({ name: 'reader', namespace: 'payments' })),
      'payments/reader',
    ],
    ['one that is not granted', storeOf('own', jwt({ name: 'other' })), ['service_account_mismatch']],
    [
      'one of that name elsewhere',
      storeOf('cluster', jwt({ name: 'reader', namespace: 'billing' })),
      ['service_account_mismatch'],
    ],
    [
      'a foreign one',
      storeOf('own', jwt({ name: 'api', namespace: 'billing' })),
      ['foreign_service_account'],
    ],
    ['a credential', storeOf('cluster', token('shared')), 'credentials shared'],
    ['a credential of the namespace', storeOf('own', token('own')), 'credentials own'],
    ["the platform's credential", storeOf('own', token('shared')), ['credential_not_listed']],
    ["a namespace's credential, for all", storeOf('cluster', token('own')), ['credential_not_listed']],
    ['a key of AWS', storeOf('cluster', accessKey()), 'credentials aws'],
    [
      'a key of AWS with a role',
      storeOf('cluster', accessKey('arn:aws:iam::111122223333:role/r')),
      'credentials aws',
    ],
    ['Bitwarden', storeOf('cluster', bitwarden('https://api.bitwarden.com')), 'credentials bitwarden'],
    [
      'Bitwarden elsewhere',
      storeOf('cluster', bitwarden('https://api.evil.example')),
      ['server_not_allowed'],
    ],
    ['via, as itself', storeOf('cluster', jwt(), 'broker'), 'the broker itself'],
    ['via, as one that is granted', storeOf('cluster', jwt({ name: 'reader' }), 'broker'), 'payments/reader'],
    ['via, as the pod', storeOf('cluster', jwt({ name: 'api' }), 'broker'), ['service_account_mismatch']],
    ['via, of a SecretStore', storeOf('own', jwt(), 'broker'), ['invalid_store']],
    ['via, with a credential', storeOf('cluster', token('shared'), 'broker'), 'credentials shared'],
    ['files', storeOf('own', file), 'agent'],
    ['via, of files', storeOf('cluster', file, 'broker'), ['invalid_store']],
  ] as const)('%s', (_what, store, expected) => {
    expect(said(store)).toEqual(expected);
  });

  test.each([
    ['a login of the pod', storeOf('own', jwt()), 'agent'],
    ['another ServiceAccount', storeOf('own', jwt({ name: 'reader' })), ['service_account_mismatch']],
    ['a credential', storeOf('cluster', token('shared')), ['broker_off']],
    ['via', storeOf('cluster', jwt(), 'broker'), ['broker_off']],
  ] as const)('without a broker, %s', (_what, store, expected) => {
    const route = routeOf(store, api, undefined);
    expect(route.by === 'nobody' ? route.problems.map(({ code }) => code) : route.by).toEqual(expected);
  });

  test('a credential of several names takes all of them', () => {
    const auth = {
      method: 'cert',
      mountPath: 'cert',
      certificate: { name: 'shared', key: 'tls.crt' },
      key: { name: 'missing', key: 'tls.key' },
    } as const;
    expect(said(storeOf('cluster', vault(auth)))).toEqual(['credential_not_listed']);
    expect(said(storeOf('cluster', vault({ ...auth, key: { name: 'shared', key: 'tls.key' } })))).toBe(
      'credentials shared',
    );
  });
});

test.each([
  ['a login of the pod', storeOf('own', jwt()), false],
  ['a credential', storeOf('own', token('own')), true],
  ['one that is not listed', storeOf('own', token('shared')), false],
  ['one that is granted', storeOf('own', jwt({ name: 'reader' })), true],
  ['one that is not granted', storeOf('own', jwt({ name: 'api' })), false],
  ["one of each pod's namespace", storeOf('cluster', jwt({ name: 'reader' })), true],
  ['via', storeOf('cluster', jwt(), 'broker'), true],
  ['files', storeOf('cluster', file), false],
] as const)('whether the broker may have to read it, whoever asks: %s', (_what, store, expected) => {
  expect(mayBeBrokered(store, install)).toBe(expected);
});
