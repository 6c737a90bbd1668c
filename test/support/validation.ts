import { objectCache } from '../../lib/kube/object-cache.ts';
import type { KubeObject } from '../../lib/kube/object.ts';
import { catalogueOf } from '../../webhook/catalogue.ts';
import type { JudgedKind, JudgedManifest, KnownToJudge } from '../../webhook/core/judge.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { ManualClock } from './manual-clock.ts';

export const vaultProvider = {
  vault: {
    server: 'https://vault.example:8200',
    path: 'kv',
    auth: {
      kubernetes: {
        mountPath: 'kubernetes',
        role: 'payments',
        serviceAccountRef: { name: 'payments-api', audiences: ['vault'] },
      },
    },
  },
};

/** A manifest of ours; in namespace payments where its kind has one. */
export const manifest = (kind: JudgedKind, name: string, spec: unknown): JudgedManifest & KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind,
  metadata: { name, ...(kind === 'ClusterSecretStore' ? {} : { namespace: 'payments' }) },
  spec,
});

export const secretStore = (provider: object = vaultProvider, name = 'vault'): JudgedManifest & KubeObject =>
  manifest('SecretStore', name, { provider });

export const externalSecret = (more: object = {}): JudgedManifest & KubeObject =>
  manifest('ExternalSecret', 'database', {
    secretStoreRef: { name: 'vault', kind: 'SecretStore' },
    data: [{ secretKey: 'password', remoteRef: { key: 'payments/db', property: 'password' } }],
    ...more,
  });

/** A cluster with these objects, and an install with these settings. */
export const knowing = (
  objects: readonly KubeObject[] = [],
  settings: Partial<Settings> = {},
): KnownToJudge => ({
  catalogue: catalogueOf(objectCache(objects, new ManualClock())),
  settings: { ...defaultSettings, ...settings },
});
