import type { PlanFind } from '../../../lib/plan.ts';
import { aws, bitwarden, clusterStore, externalSecret, install, vault } from './manifests.ts';
import type { PolicyRow } from './row.ts';

const who = { namespace: 'payments', namespaceLabels: {}, serviceAccount: 'api' };
const access = [{ namespaces: ['payments'], keys: ['payments/*'] }];

interface Options {
  readonly provider: object;
  readonly find: PlanFind;
  readonly found: readonly string[];
  readonly kept: readonly string[];
  readonly named?: readonly string[];
}

const row = (name: string, { provider, find, found, kept, named = [] }: Options): PolicyRow => ({
  name: `find: ${name}`,
  store: clusterStore(provider, { access }),
  externalSecrets: named.length === 0 ? [] : [externalSecret('payments', named)],
  who,
  install,
  want: { find, found },
  expected: { allowed: true, rule: 'spec.access[0]', kept },
});

const denied = (name: string, over: Partial<PolicyRow>): PolicyRow => ({
  ...row(name, { provider: vault(), find: { name: '.*' }, found: [], kept: [] }),
  expected: { allowed: false, by: 'policy', reason: 'may not look for keys' },
  ...over,
});

export const findRows: readonly PolicyRow[] = [
  row('foreign keys vanish', {
    provider: vault(),
    find: { name: '.*' },
    found: ['payments/db', 'payments/deep/er', 'hr/db', 'payments', 'payments-old/db', 'x/payments/db'],
    kept: ['payments/db', 'payments/deep/er'],
  }),
  row('a folder that is called like the mount is a folder', {
    provider: vault(),
    find: { name: '.*' },
    found: ['kv/payments/db', 'payments/kv/db'],
    kept: ['payments/kv/db'],
  }),
  row('below a path', {
    provider: vault(),
    find: { path: 'payments' },
    found: ['payments/db', 'payments/data/db'],
    kept: ['payments/db', 'payments/data/db'],
  }),
  row('below a full path', {
    provider: vault(),
    find: { path: '/kv/data/payments/' },
    found: ['kv/data/payments/db', 'kv/data/payments/data/db', 'hr/db'],
    kept: ['kv/data/payments/db', 'kv/data/payments/data/db'],
  }),
  row('below a full path in another mount', {
    provider: vault(),
    find: { path: '/other/payments' },
    found: ['other/payments/db'],
    kept: [],
  }),
  row('what cannot be a key is nobody’s', {
    provider: vault(),
    find: { path: 'payments' },
    found: ['payments/../hr/db', 'payments/a\u0000', 'payments//db', 'payments/%2e%2e/db'],
    kept: [],
  }),
  row('what an ExternalSecret names is kept too', {
    provider: vault(),
    find: { name: '.*' },
    found: ['shared/ca', 'shared/key'],
    kept: ['shared/ca'],
    named: ['shared/ca'],
  }),
  row('names of AWS have the prefix already', {
    provider: aws({ prefix: 'payments/' }),
    find: { name: '.*' },
    found: ['payments/payments/db', 'payments/db', 'hr/db'],
    kept: ['payments/payments/db'],
  }),
  row('a name that looks like one with a suffix is whole', {
    provider: aws(),
    find: { name: '.*' },
    found: ['payments/db-master', 'payments/db'],
    kept: ['payments/db-master', 'payments/db'],
  }),
  row('names of Bitwarden, and a name like an id', {
    provider: bitwarden(),
    find: { name: '.*' },
    found: ['payments/db', 'be8e0ad8-d545-4017-a55a-b02f014d4158'],
    kept: ['payments/db'],
    named: ['be8e0ad8-d545-4017-a55a-b02f014d4158'],
  }),
  denied('no spec.access', { store: clusterStore(vault()) }),
  denied('no spec.access, and an ExternalSecret that finds', {
    store: clusterStore(vault()),
    externalSecrets: [
      {
        metadata: { name: 'db', namespace: 'payments' },
        spec: {
          secretStoreRef: { kind: 'ClusterSecretStore', name: 'shared' },
          dataFrom: [{ find: { name: { regexp: '.*' } } }],
        },
      },
    ],
  }),
  denied('no item for the namespace', { who: { ...who, namespace: 'hr' } }),
  denied('no item for the ServiceAccount', {
    store: clusterStore(vault(), { access: [{ serviceAccounts: ['worker'], keys: ['*'] }] }),
  }),
];
