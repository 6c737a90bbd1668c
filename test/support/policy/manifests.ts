import type { BrokerInstall } from '../../../lib/broker/install.ts';
import type { ExternalSecretManifest } from '../../../lib/external-secrets/external-secret.ts';
import type { StoreManifest } from '../../../lib/stores/store.ts';

const platformServer = 'https://vault.platform.example:8200';
export const project = '6f8c1a52-3b7d-4e90-a1c4-5d2e8f907b13';

/** Credentials of the platform, each for one server; the tenant has one of its own. */
export const install: BrokerInstall = {
  credentials: [
    { name: 'platform-vault', servers: [platformServer] },
    { name: 'platform-aws', servers: ['https://*.eu-central-1.amazonaws.com'] },
    { name: 'platform-bitwarden', servers: ['https://*.bitwarden.com'] },
    { name: 'payments-vault', namespace: 'payments', servers: [platformServer] },
  ],
  serviceAccounts: [],
};

interface StoreOptions {
  readonly access?: readonly object[];
  readonly conditions?: readonly object[];
}

export const clusterStore = (provider: object, options: StoreOptions = {}): StoreManifest => ({
  kind: 'ClusterSecretStore',
  metadata: { name: 'shared' },
  spec: { provider, ...options },
});

export const secretStore = (
  namespace: string,
  provider: object,
  options: StoreOptions = {},
): StoreManifest => ({
  kind: 'SecretStore',
  metadata: { name: 'own', namespace },
  spec: { provider, ...options },
});

export const vault = (fields: object = {}, credential = 'platform-vault'): object => ({
  vault: {
    server: platformServer,
    path: 'kv',
    auth: { appRole: { roleId: 'keyferry', secretRef: { name: credential, key: 'secret-id' } } },
    ...fields,
  },
});

export const aws = (fields: object = {}): object => ({
  aws: {
    region: 'eu-central-1',
    auth: {
      secretRef: {
        accessKeyIDSecretRef: { name: 'platform-aws', key: 'id' },
        secretAccessKeySecretRef: { name: 'platform-aws', key: 'key' },
      },
    },
    ...fields,
  },
});

export const bitwarden = (): object => ({
  bitwardensecretsmanager: {
    organizationID: '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
    projectID: project,
    auth: { secretRef: { credentials: { name: 'platform-bitwarden', key: 'token' } } },
  },
});

interface NamedStore {
  readonly kind: string;
  readonly name: string;
}

/** An ExternalSecret that names keys of a store. */
export const externalSecret = (
  namespace: string,
  keys: readonly string[],
  store: NamedStore = { kind: 'ClusterSecretStore', name: 'shared' },
): ExternalSecretManifest => ({
  metadata: { name: 'db', namespace },
  spec: {
    secretStoreRef: store,
    data: keys.map((key, index) => ({ secretKey: `key-${index}`, remoteRef: { key } })),
  },
});

export const ownStore: NamedStore = { kind: 'SecretStore', name: 'own' };
