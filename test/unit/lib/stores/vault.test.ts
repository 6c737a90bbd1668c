import { describe, expect, test } from '@jest/globals';
import { readStore } from '../../../../lib/stores/store.ts';
import type { VaultStore } from '../../../../lib/stores/vault.ts';

const auth = { jwt: { role: 'r' } };

const read = (vault: Record<string, unknown>): VaultStore | readonly string[] => {
  const { store, problems } = readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'n' },
    spec: { provider: { vault: { server: 'https://vault.example', auth, ...vault } } },
  });
  return store?.provider.type === 'vault' ? store.provider : problems;
};

describe('server', () => {
  test.each([
    ['https://vault.example', 'https://vault.example'],
    ['https://vault.example/', 'https://vault.example'],
    ['https://vault.example:8200//', 'https://vault.example:8200'],
    ['https://vault.example:443', 'https://vault.example'],
    ['HTTPS://VAULT.example', 'https://vault.example'],
    [' https://vault.example\n', 'https://vault.example'],
    ['https://vault.example/base/', 'https://vault.example/base'],
    ['https://[::1]:8200', 'https://[::1]:8200'],
    [String.raw`https://evil.example\.corp.example`, 'https://evil.example/.corp.example'],
    ['http:vault.example', 'http://vault.example'],
    ['https://vault.example?', 'https://vault.example'],
  ])('%j is taken as %s', (server, wanted) => {
    expect(read({ server })).toMatchObject({ server: wanted });
  });

  test.each([
    '',
    'vault',
    'vault.example:8200',
    'ftp://x',
    'https://',
    'https://a b',
    'https://u@x',
    'https://:p@x',
    'https://x?a',
    'https://x#a',
  ])('%j is refused by its field', (server) => {
    const problems = read({ server });
    expect(problems).toEqual([expect.stringMatching(/^spec\.provider\.vault\.server /)]);
  });
});

test.each([
  ['kv', 'kv'],
  ['/kv/', 'kv'],
  ['team/kv', 'team/kv'],
  ['', ''],
  ['/', ''],
])('path %j is taken as %j', (path, wanted) => {
  expect(read({ path })).toMatchObject({ path: wanted });
});

test.each(['a//b', '../kv', 'kv/.', 'kv/../sys'])('path %j is refused', (path) => {
  expect(read({ path })).toEqual([expect.stringMatching(/^spec\.provider\.vault\.path /)]);
});

describe('audience and token', () => {
  test.each([
    [
      { kubernetes: { role: 'r' } },
      { method: 'kubernetes', mountPath: 'kubernetes', tokenExpirationSeconds: 600 },
    ],
    [
      {
        kubernetes: {
          role: 'r',
          mountPath: '/k8s/',
          serviceAccountRef: { name: 'a', audiences: ['x', 'x'] },
        },
      },
      { mountPath: 'k8s', audience: 'x', serviceAccount: { name: 'a' } },
    ],
    [
      { jwt: { role: 'r' } },
      { method: 'jwt', mountPath: 'jwt', audience: 'vault', tokenExpirationSeconds: 600 },
    ],
    [{ jwt: { role: 'r', serviceAccountRef: { name: 'a', audiences: ['x'] } } }, { audience: 'x' }],
    [
      { jwt: { role: 'r', kubernetesServiceAccountToken: { audiences: ['x'], expirationSeconds: 86_400 } } },
      { audience: 'x', tokenExpirationSeconds: 86_400 },
    ],
    [{ namespace: 'team', jwt: { role: 'r' } }, { namespace: 'team' }],
  ])('%j', (method, wanted) => {
    expect(read({ auth: method })).toMatchObject({ auth: wanted });
  });

  test('a Kubernetes log-in without an audience has none', () => {
    const store = read({ auth: { kubernetes: { role: 'r' } } });
    expect('auth' in store && Object.hasOwn(store.auth, 'audience')).toBe(false);
  });

  test.each([599, 86_401, 600.5, '600'])('a life of %j seconds is refused', (expirationSeconds) => {
    const problems = read({
      auth: { jwt: { role: 'r', kubernetesServiceAccountToken: { expirationSeconds } } },
    });
    expect(problems).toEqual([expect.stringContaining('expirationSeconds must be a whole number')]);
  });
});

const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----';

test.each([
  [pem, `${pem}\n`],
  [`${pem}\n`, `${pem}\n`],
])('a bundle ends with a line break', (text, wanted) => {
  expect(read({ caBundle: Buffer.from(text).toString('base64') })).toMatchObject({ caBundle: wanted });
});

test.each([pem, 'LS0tLS1CRUdJTi...', 'not base64!'])('a bundle %j is refused', (caBundle) => {
  expect(read({ caBundle })).toEqual([
    'spec.provider.vault.caBundle must be the base64 of one or more PEM certificates',
  ]);
});
