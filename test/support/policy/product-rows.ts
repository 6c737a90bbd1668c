import type { ExternalSecretManifest } from '../../../lib/external-secrets/external-secret.ts';
import { clusterStore, externalSecret, install, vault } from './manifests.ts';
import { allowedBy, notGranted, refusedBy, type Expected, type PolicyRow } from './row.ts';

const namespaces = {
  payments: { team: 'payments', tier: 'one' },
  hr: { team: 'hr' },
  /** Names that mean something in a path of Vault. */
  kv: {},
  data: {},
  unknown: undefined,
} as const;
type Namespace = keyof typeof namespaces;

const serviceAccounts = ['api', 'worker', 'payments', 'data.kv'] as const;

interface Rule {
  readonly name: string;
  readonly item: object;
  /** Whom it gives which key: worked out by hand here, not by the code under test. */
  gives(namespace: Namespace, serviceAccount: string, key: string): boolean;
}

const rules: readonly Rule[] = [
  {
    name: 'everybody’s own folder',
    item: { keys: ['${namespace}/*'] },
    gives: (namespace, _account, key) => key.startsWith(`/kv/${namespace}/`),
  },
  {
    name: 'a folder for each ServiceAccount',
    item: { keys: ['${namespace}/${serviceAccount}/*'] },
    gives: (namespace, account, key) => key.startsWith(`/kv/${namespace}/${account}/`),
  },
  {
    name: 'one namespace',
    item: { namespaces: ['payments'], keys: ['payments/*', 'shared/ca'] },
    gives: (namespace, _account, key) =>
      namespace === 'payments' && (key.startsWith('/kv/payments/') || key === '/kv/shared/ca'),
  },
  {
    name: 'one namespace by its labels',
    item: { namespaceSelector: { matchLabels: { team: 'hr' } }, keys: ['hr/*'] },
    gives: (namespace, _account, key) => namespace === 'hr' && key.startsWith('/kv/hr/'),
  },
  {
    name: 'namespaces without a label',
    item: {
      namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
      keys: ['shared/*'],
    },
    gives: (namespace, _account, key) =>
      (namespace === 'kv' || namespace === 'data') && key.startsWith('/kv/shared/'),
  },
  {
    name: 'one ServiceAccount',
    item: { serviceAccounts: ['worker'], keys: ['*'] },
    gives: (_namespace, account, key) => account === 'worker' && key.startsWith('/kv/'),
  },
  {
    name: 'one ServiceAccount of one namespace',
    item: { namespaces: ['hr'], serviceAccounts: ['api'], keys: ['/kv/data/payments/*'] },
    gives: (namespace, account, key) =>
      namespace === 'hr' && account === 'api' && key.startsWith('/kv/payments/'),
  },
];

/** Full paths, so that what a namespace is called cannot be in the way of the question. */
const keys = [
  '/kv/payments/db',
  '/kv/payments/api/db',
  '/kv/hr/db',
  '/kv/kv/db',
  '/kv/data/data/db',
  '/kv/shared/ca',
  '/other/payments/db',
];

/** `data` once behind the mount is the API's: a folder of that name is written behind it. */
const place = (key: string): string => key.replace('/kv/data/data/', '/kv/data/');

const productRow = (rule: Rule, namespace: Namespace, serviceAccount: string, key: string): PolicyRow => ({
  name: `product: ${rule.name}, ${namespace}/${serviceAccount}, ${key}`,
  store: clusterStore(vault(), { access: [rule.item] }),
  externalSecrets: [],
  who: { namespace, namespaceLabels: namespaces[namespace], serviceAccount },
  install,
  want: { key },
  expected: rule.gives(namespace, serviceAccount, place(key)) ? allowedBy('spec.access[0]') : notGranted,
});

const products = rules.flatMap((rule) =>
  (Object.keys(namespaces) as Namespace[]).flatMap((namespace) =>
    serviceAccounts.flatMap((serviceAccount) =>
      keys.map((key) => productRow(rule, namespace, serviceAccount, key)),
    ),
  ),
);

const who = { namespace: 'payments', namespaceLabels: namespaces.payments, serviceAccount: 'api' };

const named = (
  name: string,
  externalSecrets: readonly ExternalSecretManifest[],
  expected: Expected,
  over: Partial<PolicyRow> = {},
): PolicyRow => ({
  name: `named: ${name}`,
  store: clusterStore(vault()),
  externalSecrets,
  who,
  install,
  want: { key: 'payments/db' },
  expected,
  ...over,
});

const spec = { secretStoreRef: { kind: 'ClusterSecretStore', name: 'shared' } };
const entry = { secretKey: 'db', remoteRef: { key: 'payments/db' } };
const manifest = (fields: object): ExternalSecretManifest => ({
  metadata: { name: 'db', namespace: 'payments' },
  spec: { ...spec, ...fields },
});
const byName = allowedBy('ExternalSecret payments/db');
const elsewhere = { storeRef: { kind: 'ClusterSecretStore', name: 'other' } };

const namedRows: readonly PolicyRow[] = [
  named('a namespace without any ExternalSecret', [], notGranted),
  named('one of the namespace', [externalSecret('payments', ['payments/db'])], byName),
  named('one of another namespace', [externalSecret('hr', ['payments/db'])], notGranted),
  named(
    'one of another store',
    [externalSecret('payments', ['payments/db'], { kind: 'ClusterSecretStore', name: 'other' })],
    notGranted,
  ),
  named(
    'one of a SecretStore of that name',
    [externalSecret('payments', ['payments/db'], { kind: 'SecretStore', name: 'shared' })],
    notGranted,
  ),
  named('a whole secret', [manifest({ dataFrom: [{ extract: { key: 'payments/db' } }] })], byName),
  named(
    'a property of it',
    [manifest({ data: [{ secretKey: 'x', remoteRef: { key: 'payments/db', property: 'user' } }] })],
    byName,
  ),
  named('an entry of another store', [manifest({ data: [{ ...entry, sourceRef: elsewhere }] })], notGranted),
  named(
    'an entry of this store among those of another',
    [
      {
        ...manifest({ data: [{ ...entry, sourceRef: { storeRef: spec.secretStoreRef } }] }),
        metadata: { name: 'db', namespace: 'payments' },
      },
    ],
    byName,
  ),
  named('one that has a problem', [manifest({ data: [entry, { secretKey: 'x' }] })], notGranted),
  named(
    'one that names a way out',
    [manifest({ data: [entry, { secretKey: 'x', remoteRef: { key: 'a/../b' } }] })],
    notGranted,
  ),
  named('and a rule for others', [externalSecret('payments', ['payments/db'])], byName, {
    store: clusterStore(vault(), { access: [{ namespaces: ['hr'], keys: ['*'] }] }),
  }),
  named(
    'of a store that does not admit the namespace',
    [externalSecret('payments', ['payments/db'])],
    refusedBy('its spec.conditions do not admit namespace "payments"'),
    {
      store: clusterStore(vault(), { conditions: [{ namespaces: ['hr'] }], access: [{ keys: ['*'] }] }),
    },
  ),
  named('and the second of two rules', [], allowedBy('spec.access[1]'), {
    store: clusterStore(vault(), { access: [{ keys: ['hr/*'] }, { keys: ['pay*'] }] }),
  }),
];

export const productRows: readonly PolicyRow[] = [...namedRows, ...products];
