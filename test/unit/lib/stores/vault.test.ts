import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';
import type { VaultStore } from '../../../../lib/stores/vault.ts';

const auth = { jwt: { role: 'r' } };

const readAll = (vault: Record<string, unknown>): ReadStore =>
  readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'n' },
    spec: { provider: { vault: { server: 'https://vault.example', auth, ...vault } } },
  });

const read = (vault: Record<string, unknown>): VaultStore | readonly string[] => {
  const { store, problems } = readAll(vault);
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

const place = 'spec.provider.vault';

test.each([pem, 'LS0tLS1CRUdJTi...', 'not base64!'])('with a bundle %j no pod can be served', (caBundle) => {
  const found = readAll({ caBundle });
  expect(found).toEqual({
    problems: [],
    unusable: [`${place}.caBundle must be the base64 of one or more PEM certificates`],
    warnings: [],
  });
});

const bundle = Buffer.from(pem).toString('base64');
const caCert = { secretRef: { name: 'ca', key: 'ca.crt' } };
const clientCert = { secretRef: { name: 'client', key: 'tls.crt', namespace: 'n' } };
const notSent = 'is not sent: auth.cert alone logs in with a client certificate';
const ignored = 'is ignored: a credential is kept for the store, whatever its namespace';

test.each([
  [{ tls: { insecureSkipVerify: false, serverName: 'v' } }, []],
  [
    { tls: { caCert } },
    [
      `${place}.tls.caCert reads a Secret, which Keyferry never does; put the certificate authority into caBundle`,
    ],
  ],
  [
    { tls: { caCert }, caBundle: bundle },
    [`${place}.tls.caCert has no effect: caBundle says which certificate authorities are trusted`],
  ],
  [
    { tls: { clientCert, clientKey: caCert } },
    [
      `${place}.tls.clientCert.secretRef.namespace ${ignored}`,
      `${place}.tls.clientCert ${notSent}; today it is written certSecretRef`,
      `${place}.tls.clientKey ${notSent}; today it is written keySecretRef`,
    ],
  ],
  [
    { tls: { certSecretRef: { name: 'c', key: 'k' }, keySecretRef: { name: 'c' } } },
    [`${place}.tls.certSecretRef ${notSent}`, `${place}.tls.keySecretRef ${notSent}`],
  ],
  [
    { auth: { jwt: { serviceAccountRef: { name: 'a' } } } },
    [
      `${place}.auth.jwt.serviceAccountRef is an older spelling of kubernetesServiceAccountToken.serviceAccountRef`,
    ],
  ],
  [
    { caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' }, caBundle: bundle },
    [`${place}.caProvider has no effect: caBundle is there`],
  ],
  [
    { readYourWrites: true, forwardInconsistent: false, checkAndSet: { required: true } },
    ['readYourWrites', 'forwardInconsistent', 'checkAndSet'].map(
      (name) => `${place}.${name} has no effect: Keyferry only reads`,
    ),
  ],
])('%j is served, with warnings', (vault, warnings) => {
  const { store, ...findings } = readAll(vault);
  expect(findings).toEqual({ problems: [], unusable: [], warnings });
  expect(store).toBeDefined();
});

const keptToken =
  "is not supported: no token of a ServiceAccount is kept anywhere; leave it out for the pod's own, or name a ServiceAccount in serviceAccountRef";
const forPeople =
  'is not supported: it is a log-in for people; use auth.kubernetes or auth.jwt, or auth.appRole through the broker';

test.each([
  [
    { caProvider: { type: 'Secret', name: 'ca', key: 'ca.crt' } },
    [`caProvider reads a Secret or ConfigMap, which Keyferry does not; put the PEM's base64 into caBundle`],
  ],
  [{ headers: { 'X-Team': 'payments' } }, ['headers is not supported yet']],
  [{ auth: { ldap: { username: 'u' } } }, [`auth.ldap ${forPeople}`]],
  [{ auth: { userPass: { username: 'u' } } }, [`auth.userPass ${forPeople}`]],
  [{ auth: { jwt: { role: 'r', secretRef: { name: 't' } } } }, [`auth.jwt.secretRef ${keptToken}`]],
  [
    { auth: { kubernetes: { role: 'r', secretRef: { name: 't' } } } },
    [`auth.kubernetes.secretRef ${keptToken}`],
  ],
  [
    { auth: { iam: { vaultRole: 'r' }, gcp: { role: 'r' } } },
    [
      'auth.iam is not supported; use auth.kubernetes or auth.jwt',
      'auth.gcp is not supported; use auth.kubernetes or auth.jwt',
    ],
  ],
])('%j is right, but serves no pod', (vault, unusable) => {
  expect(readAll(vault)).toEqual({
    problems: [],
    unusable: unusable.map((text) => `${place}.${text}`),
    warnings: [],
  });
});

test.each([
  [
    { tls: { insecureSkipVerify: true } },
    ['tls.insecureSkipVerify is never honoured; put the certificate authority into caBundle'],
  ],
  [{ tls: { insecureSkipVerify: 'no' } }, ['tls.insecureSkipVerify must be true or false']],
  [
    { tls: { caCert: { secretref: {} } } },
    ['tls.caCert.secretref is not a known field; did you mean secretRef?'],
  ],
  [
    { auth: { appRole: { roleID: 'r' } } },
    [
      'auth.appRole.roleId is missing; give roleId, or roleRef',
      'auth.appRole.secretRef is missing',
      'auth.appRole.roleID is not a known field; did you mean roleId?',
    ],
  ],
  [{ auth: { ldap: { secretRef: { name: 1 } } } }, ['auth.ldap.secretRef.name must be a string']],
  [{ auth: {} }, ['auth.kubernetes is missing; give auth.kubernetes or auth.jwt']],
])('%j is wrong', (vault, problems) => {
  expect(readAll(vault).problems).toEqual(problems.map((text) => `${place}.${text}`));
});
