import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { validate, type Validation } from '../../../webhook/core/validate.ts';
import { externalSecret, knowing, manifest, secretStore, vaultProvider } from '../../support/validation.ts';

const warningsOf = (validation: Validation): readonly string[] =>
  validation.kind === 'pass' ? [] : validation.warnings;
const issuesOf = (validation: Validation): readonly (readonly string[])[] =>
  validation.kind === 'invalid'
    ? validation.issues.map(({ code, place, message }) => [code, place, message])
    : [];
const valid: Validation = { kind: 'valid', warnings: [] };

describe('a store', () => {
  test('that is right, is valid', () => {
    expect(validate({ manifest: secretStore() }, knowing())).toEqual(valid);
    const shared = manifest('ClusterSecretStore', 'shared', {
      provider: vaultProvider,
      conditions: [{ namespaces: ['payments'] }],
    });
    expect(validate({ manifest: shared }, knowing())).toEqual(valid);
  });

  test('that is wrong, is refused with everything that is wrong', () => {
    const wrong = secretStore({ vault: { pathh: 'kv', auth: { kubernetes: { roll: 'x' } } } });
    const validation = validate({ manifest: wrong }, knowing());
    const place = 'SecretStore payments/vault';
    expect(issuesOf(validation)).toEqual([
      ['invalid_store', place, 'spec.provider.vault.auth.kubernetes.role is missing'],
      [
        'invalid_store',
        place,
        'spec.provider.vault.auth.kubernetes.roll is not a known field; did you mean role?',
      ],
      ['invalid_store', place, 'spec.provider.vault.pathh is not a known field; did you mean path?'],
      ['invalid_store', place, 'spec.provider.vault.server is missing'],
    ]);
  });

  test.each([
    ['http', 'http://vault.example:8200', {}, 'only https is allowed here'],
    [
      'a server that the install does not allow',
      'https://vault.example:8200',
      { allowedServers: ['https://*.internal.example'] },
      'this install lets SecretStores name https://*.internal.example',
    ],
  ])('that names %s is refused', (_what, server, settings, message) => {
    const store = secretStore({ vault: { ...vaultProvider.vault, server } });
    const issues = issuesOf(validate({ manifest: store }, knowing([], settings)));
    expect(issues.map(([code]) => code)).toEqual(['server_not_allowed']);
    expect(issues[0]?.[2]).toContain(message);
  });

  test('for the whole cluster may name any server', () => {
    const shared = manifest('ClusterSecretStore', 'shared', { provider: vaultProvider });
    expect(validate({ manifest: shared }, knowing([], { allowedServers: [] }))).toEqual(valid);
  });

  test('of a provider that is off is refused, and taken where it is on', () => {
    const file = secretStore({ file: { path: '/srv/secrets.yaml' } });
    expect(issuesOf(validate({ manifest: file }, knowing())).map(([code]) => code)).toEqual(['provider_off']);
    expect(validate({ manifest: file }, knowing([], { fileRoot: '/srv' }))).toEqual(valid);
  });

  test('that takes what is not there yet is right, and whoever writes it is told that pods are refused', () => {
    const { server, path } = vaultProvider.vault;
    const store = secretStore({
      vault: {
        server,
        path,
        auth: { appRole: { path: 'approle', roleId: 'x', secretRef: { name: 's', key: 'k' } } },
      },
    });
    const validation = validate({ manifest: store }, knowing());
    expect(validation.kind).toBe('valid');
    expect(warningsOf(validation)[0]).toBe(
      'pods that use it are refused: SecretStore payments/vault: it logs in with a credential, which only the broker keeps, and this install has no broker (--broker-config)',
    );
  });

  test('that names no audience gets the warning that pods get', () => {
    const { server, path } = vaultProvider.vault;
    const auth = { kubernetes: { mountPath: 'kubernetes', role: 'payments' } };
    const validation = validate({ manifest: secretStore({ vault: { server, path, auth } }) }, knowing());
    expect(warningsOf(validation)).toEqual([
      expect.stringMatching(
        /^SecretStore payments\/vault: it logs in with a token for the API server's own audience/u,
      ),
    ]);
  });

  test('for all namespaces that names a ServiceAccount of one is told whom it serves', () => {
    const serviceAccountRef = { name: 'reader', namespace: 'operator' };
    const aws = { region: 'eu-central-1', auth: { jwt: { serviceAccountRef } } };
    const shared = manifest('ClusterSecretStore', 'shared', { provider: { aws } });
    expect(warningsOf(validate({ manifest: shared }, knowing()))).toEqual([
      'ClusterSecretStore shared: it logs in as ServiceAccount "operator/reader", so of all namespaces it serves pods of "operator" alone, those that run as it; without serviceAccountRef pods log in as themselves',
    ]);
    const own = secretStore({
      aws: { ...aws, auth: { jwt: { serviceAccountRef: { ...serviceAccountRef, namespace: 'payments' } } } },
    });
    expect(validate({ manifest: own }, knowing())).toEqual(valid);
  });

  test('of AWS says nothing of a ServiceAccount that nobody knows yet', () => {
    expect(validate({ manifest: secretStore({ aws: { region: 'eu-central-1' } }) }, knowing())).toEqual(
      valid,
    );
  });
});

describe('an ExternalSecret', () => {
  test('whose store is there is valid', () => {
    expect(validate({ manifest: externalSecret() }, knowing([secretStore()]))).toEqual(valid);
  });

  test('that is wrong is refused with everything that is wrong', () => {
    const wrong = externalSecret({ refreshIntervall: '1h', target: { name: 'Not A Name' }, data: [] });
    const issues = issuesOf(validate({ manifest: wrong }, knowing([secretStore()])));
    expect(issues.map(([code, place]) => `${String(code)} ${String(place)}`)).toEqual(
      Array(3).fill('invalid_external_secret ExternalSecret payments/database'),
    );
    expect(issues.map(([, , message]) => message?.split(' ')[0])).toEqual([
      'spec.data',
      'spec.refreshIntervall',
      'spec.target.name',
    ]);
  });

  const refused = (objects: readonly KubeObject[], settings = {}, more = {}): readonly string[] => {
    const validation = validate({ manifest: externalSecret(more) }, knowing(objects, settings));
    expect(validation.kind).toBe('valid');
    return warningsOf(validation).map((text) => text.replace(/^pods that use it are refused: /u, '! '));
  };

  test('is told of a key that may be a full path, and of a template that asks for what is not there', () => {
    const data = [{ secretKey: 'password', remoteRef: { key: 'database/creds/app', property: 'password' } }];
    const target = { template: { data: { url: '{{ .password }}{{ .pasword }}' } } };
    const told = refused([secretStore()], {}, { data, target });
    expect(told.map((text) => text.replace(/ (?:looks like|, which) .*/u, ''))).toEqual([
      'ExternalSecret payments/database: spec.data[0].remoteRef.key: "database/creds/app"',
      expect.stringMatching(
        /^ExternalSecret payments\/database: spec\.target\.template\.data\[url\] uses "\.pasword"/u,
      ),
    ]);
  });

  test('whose store is not there yet is right', () => {
    expect(refused([])).toEqual([
      '! ExternalSecret payments/database: there is no SecretStore "vault" in namespace "payments"',
    ]);
  });

  test('whose store is wrong is right, and told what is wrong with the store', () => {
    expect(refused([secretStore({ vault: { ...vaultProvider.vault, server: '' } })])).toEqual([
      '! SecretStore payments/vault: spec.provider.vault.server is missing',
    ]);
  });

  test('whose store is of an install that does not allow its server, or has its provider off', () => {
    expect(refused([secretStore()], { allowedServers: [] })[0]).toMatch(/^! SecretStore payments\/vault: /u);
    expect(refused([secretStore({ file: { path: '/a' } })])[0]).toMatch(/file provider is off/u);
  });

  test('whose ClusterSecretStore does not admit its namespace', () => {
    const shared = manifest('ClusterSecretStore', 'vault', {
      provider: vaultProvider,
      conditions: [{ namespaces: ['other'] }],
    });
    const spec = { secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' } };
    expect(refused([shared], {}, spec)[0]).toMatch(
      /^! ClusterSecretStore vault: its spec\.conditions do not admit namespace "payments"/u,
    );
  });

  test('is not told of ServiceAccounts: the pod decides which it runs as', () => {
    expect(refused([secretStore()])).toEqual([]);
    expect(refused([secretStore({ aws: { region: 'eu-central-1' } })])).toEqual([]);
  });

  test('with templates in ConfigMaps is told once a ConfigMap that nobody has looked', () => {
    const items = [{ key: 'config.yaml' }, { key: 'app.env' }];
    const target = { template: { templateFrom: [{ configMap: { name: 'templates', items } }] } };
    expect(refused([secretStore()], {}, { target })).toEqual([
      'ExternalSecret payments/database: ConfigMap "templates" with "config.yaml" and "app.env" has to be in namespace "payments" when a pod starts: Keyferry does not read ConfigMaps',
    ]);
  });

  test('whose templates take keys that are found only when they are fetched is told so', () => {
    const target = { template: { data: { 'app.env': 'USER={{ .username }}' } } };
    const dataFrom = [{ extract: { key: 'payments/db' } }];
    expect(refused([secretStore()], {}, { target, dataFrom, data: [] })).toEqual([
      'ExternalSecret payments/database: spec.dataFrom: which keys it gives the templates is known only when a pod fetches them',
    ]);
    expect(refused([secretStore()], {}, { dataFrom, data: [] })).toEqual([]);
  });
});

describe('an object that is there already', () => {
  const wrong = secretStore({ vault: { auth: { kubernetes: {} } } });

  test('and is wrong may get labels: its problems are warnings', () => {
    const validation = validate({ manifest: wrong, oldSpec: structuredClone(wrong.spec) }, knowing());
    expect(validation.kind).toBe('valid');
    expect(warningsOf(validation)).toContain(
      'pods that use it are refused: SecretStore payments/vault: spec.provider.vault.server is missing',
    );
  });

  test('may not be changed into another wrong one', () => {
    const oldSpec = { provider: { vault: {} } };
    expect(validate({ manifest: wrong, oldSpec }, knowing()).kind).toBe('invalid');
  });

  test('may be put right', () => {
    expect(validate({ manifest: secretStore(), oldSpec: wrong.spec }, knowing())).toEqual(valid);
  });
});
