import { expect, test } from '@jest/globals';
import type { Store } from '../../../lib/stores/store.ts';
import { leaseWarnings } from '../../../webhook/core/lease-warnings.ts';
import type { ResolvedSecret } from '../../../webhook/core/resolve.ts';

const vault: Store = {
  kind: 'SecretStore',
  name: 'vault-backend',
  conditions: [],
  provider: {
    type: 'vault',
    server: 'https://vault.example',
    path: '',
    kvVersion: 'v2',
    auth: { method: 'jwt', mountPath: 'jwt', tokenExpirationSeconds: 600 },
  },
};
const files: Store = { ...vault, name: 'files', provider: { type: 'file', path: '/srv' } };

const secret = (key: string, store: Store): ResolvedSecret => ({
  store,
  request: {
    name: 'a',
    place: 'keyferry.dev/secret.a',
    kind: 'value',
    path: 'a',
    intervalSeconds: 3600,
    ref: { key, optional: false },
  },
});
const secrets = [
  secret('database/creds/app', vault),
  secret('payments/db', vault),
  secret('a/creds/b', files),
];

test('a credential that Vault makes is a warning with init', () => {
  expect(leaseWarnings('init', secrets)).toEqual([
    'keyferry.dev/secret.a: database/creds/app looks like a credential made for the pod; with lifecycle init nobody renews or revokes it, and it ends with its lease',
  ]);
});

test.each(['native', 'init+sidecar', 'sidecar'] as const)('and none with %s', (lifecycle) => {
  expect(leaseWarnings(lifecycle, secrets)).toEqual([]);
});
