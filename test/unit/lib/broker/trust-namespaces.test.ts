import { describe, expect, test } from '@jest/globals';
import type { BrokerInstall } from '../../../../lib/broker/install.ts';
import { trustNamespaces, type NamespaceContent } from '../../../../lib/broker/trust-namespaces.ts';
import type { Store } from '../../../../lib/stores/store.ts';

const install: BrokerInstall = {
  credentials: [{ name: 'own', namespace: 'payments', servers: ['https://vault.example'] }],
  serviceAccounts: [],
};

const login = { method: 'jwt', mountPath: 'jwt', tokenExpirationSeconds: 600 } as const;
const vault = {
  type: 'vault',
  server: 'https://vault.example',
  path: '',
  kvVersion: 'v2',
  auth: login,
} as const;

const shared = (more: Partial<Store> = {}): Store => ({
  kind: 'ClusterSecretStore',
  name: 'shared',
  conditions: [],
  provider: vault,
  via: 'broker',
  ...more,
});

const own = (namespace: string): Store => ({
  kind: 'SecretStore',
  name: 'own',
  namespace,
  conditions: [],
  provider: { ...vault, auth: { method: 'token', token: { name: 'own', key: 'token' } } },
  via: 'agent',
});

const named = (kind: Store['kind'], name: string): NamespaceContent['named'] => [{ kind, name }];

const namespaces: readonly NamespaceContent[] = [
  { name: 'payments', labels: { team: 'payments' }, named: named('SecretStore', 'own') },
  { name: 'billing', labels: { team: 'billing' }, named: named('ClusterSecretStore', 'shared') },
  { name: 'empty', labels: {}, named: [] },
];

const among = (...stores: readonly Store[]): readonly string[] =>
  trustNamespaces(stores, namespaces, install);

describe("the broker's certificates are needed", () => {
  test('where an ExternalSecret names a store that the broker reads', () => {
    expect(among(shared())).toEqual(['billing']);
    expect(among(own('payments'))).toEqual(['payments']);
    expect(among(own('payments'), shared())).toEqual(['billing', 'payments']);
  });

  test('where a rule of a store is for the namespace', () => {
    const rule = { place: 'spec.access[0]', keys: ['*'] };
    expect(among(shared({ access: [{ ...rule, namespaces: ['empty'] }] }))).toEqual(['billing', 'empty']);
    expect(among(shared({ access: [rule] }))).toEqual(['billing', 'empty', 'payments']);
    expect(among(shared({ access: [{ ...rule, namespaces: ['nobody'] }] }))).toEqual(['billing']);
  });

  test('not where the store is of another namespace, does not admit it, or is read by agents', () => {
    expect(among(own('billing'))).toEqual([]);
    expect(among(shared({ conditions: [{ namespaces: ['payments'], namespaceRegexes: [] }] }))).toEqual([]);
    expect(among(shared({ via: 'agent' }))).toEqual([]);
    expect(among()).toEqual([]);
  });
});
