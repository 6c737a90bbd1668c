import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cluster that the webhook's caches hold: DESIGN's 500 namespaces, 2,000 stores and 5,000 ServiceAccounts. */
const namespaces = 500;
/** Beside three in each namespace. */
const clusterStores = 500;
const accountsPerNamespace = 10;

/** Where the pod of the bench runs: somewhere in the middle. */
export const podNamespace = 'team-250';
export const podServiceAccount = 'account-5';

const namespaceName = (index: number): string => `team-${index}`;

/** As long as a certificate authority's usually is. */
const caBundle = Buffer.from(
  `-----BEGIN CERTIFICATE-----\n${`${'A'.repeat(64)}\n`.repeat(18)}-----END CERTIFICATE-----\n`,
).toString('base64');

/** With a certificate authority of its own, as one in the cluster has it, or without. */
const vaultProvider = (role: string, ownAuthority: boolean): object => ({
  vault: {
    server: ownAuthority ? 'https://vault.vault.svc:8200' : 'https://vault.example:8200',
    path: 'kv',
    version: 'v2',
    ...(ownAuthority && { caBundle }),
    auth: {
      kubernetes: {
        mountPath: 'kubernetes',
        role,
        serviceAccountRef: { name: podServiceAccount, audiences: ['vault'] },
      },
    },
  },
});

/** The role is the one that the pod's ServiceAccount is annotated with. */
const awsProvider = {
  aws: {
    service: 'SecretsManager',
    region: 'eu-central-1',
    auth: { jwt: { serviceAccountRef: { name: podServiceAccount } } },
  },
};

const store = (kind: string, metadata: object, spec: object): object => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind,
  metadata,
  spec,
});

const objectsOf = (index: number): object[] => {
  const namespace = namespaceName(index);
  const labels = { team: namespace, tier: index % 2 === 0 ? 'even' : 'odd' };
  const providers = [vaultProvider(namespace, false), awsProvider, vaultProvider(namespace, true)];
  const stores = providers.map((provider, number) =>
    store('SecretStore', { name: `store-${number}`, namespace }, { provider }),
  );
  const accounts = Array.from({ length: accountsPerNamespace }, (_, number) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: `account-${number}`,
      namespace,
      annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::111122223333:role/${namespace}-${number}` },
    },
  }));
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    ...stores,
    ...accounts,
  ];
};

const clusterStore = (number: number): object => {
  const conditions = [
    { namespaces: ['platform', 'observability'] },
    { namespaceSelector: { matchLabels: { tier: 'even' } } },
  ];
  const spec = { provider: vaultProvider(`shared-${number}`, true), conditions };
  return store('ClusterSecretStore', { name: `shared-${number}` }, spec);
};

/** Writes the cluster's objects as one manifest in a folder of its own: the webhook watches all of it. The folder. */
export const writeCluster = (parent: string): string => {
  const folder = mkdtempSync(join(parent, 'manifests-'));
  const items = [
    ...Array.from({ length: namespaces }, (_, index) => objectsOf(index)).flat(),
    ...Array.from({ length: clusterStores }, (_, number) => clusterStore(number)),
  ];
  writeFileSync(join(folder, 'cluster.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return folder;
};
