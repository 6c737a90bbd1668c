import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';

const place = 'spec.provider.vault';
const ignored = 'is ignored: a credential is kept for the store, whatever its namespace';

const readAll = (auth: object): ReadStore =>
  readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'n' },
    spec: { provider: { vault: { server: 'https://vault.example', auth } } },
  });

describe('credentials that the broker keeps', () => {
  const secret = { name: 'keyferry', key: 'secret-id' };
  const other = { name: 'keyferry', key: 'role-id' };

  test.each([
    [
      { appRole: { roleId: 'r', secretRef: secret } },
      { method: 'appRole', mountPath: 'approle', roleId: 'r', secretId: secret },
    ],
    [
      { namespace: 'team', appRole: { path: '/team/approle/', roleRef: other, secretRef: secret } },
      { method: 'appRole', mountPath: 'team/approle', roleId: other, secretId: secret, namespace: 'team' },
    ],
    [{ tokenSecretRef: secret }, { method: 'token', token: secret }],
    [
      { cert: { clientCert: other, secretRef: secret } },
      { method: 'cert', mountPath: 'cert', certificate: other, key: secret },
    ],
    [
      { cert: { path: 'tls', vaultRole: 'r', clientCert: other, secretRef: secret } },
      { method: 'cert', mountPath: 'tls', role: 'r', certificate: other, key: secret },
    ],
  ])('%j', (method, wanted) => {
    expect(readAll(method)).toMatchObject({ problems: [], unusable: [], warnings: [] });
    const provider = readAll(method).store?.provider;
    expect(provider?.type === 'vault' && provider.auth).toEqual(wanted);
  });

  test('whose they are follows from the store', () => {
    const { store, warnings } = readAll({ tokenSecretRef: { ...secret, namespace: 'elsewhere' } });
    expect(store).toMatchObject({ provider: { auth: { token: secret } } });
    expect(warnings).toEqual([`${place}.auth.tokenSecretRef.namespace ${ignored}`]);
  });

  test.each([
    [
      { appRole: {} },
      ['auth.appRole.roleId is missing; give roleId, or roleRef', 'auth.appRole.secretRef is missing'],
    ],
    [
      { appRole: { roleId: 'r', roleRef: other, secretRef: secret, path: '/' } },
      [
        'auth.appRole.path is nothing but slashes',
        'auth.appRole.roleRef stands beside roleId; keep one of them',
      ],
    ],
    [
      { appRole: { roleRef: { name: '..', key: '..' }, secretRef: secret } },
      [
        'auth.appRole.roleRef.name is ".."; names of credentials are DNS-1123 subdomains',
        'auth.appRole.roleRef.key is ".."; keys of credentials are letters, digits, ".", "_" and "-", not "." or ".." alone',
      ],
    ],
    [{ cert: {} }, ['auth.cert.clientCert is missing', 'auth.cert.secretRef is missing']],
    [{ tokenSecretRef: {} }, ['auth.tokenSecretRef.name is missing', 'auth.tokenSecretRef.key is missing']],
    [
      { jwt: { role: 'r' }, tokenSecretRef: secret, cert: { clientCert: other, secretRef: secret } },
      [
        'auth.tokenSecretRef stands beside jwt; a store logs in one way',
        'auth.cert stands beside jwt; a store logs in one way',
      ],
    ],
    [
      { appRole: { roleId: 'r', secretRef: secret }, tokenSecretRef: secret },
      ['auth.tokenSecretRef stands beside appRole; a store logs in one way'],
    ],
  ])('%j is wrong', (method, problems) => {
    expect(readAll(method).problems).toEqual(problems.map((text) => `${place}.${text}`));
  });
});
