import { expect, test } from '@jest/globals';
import type { Store } from '../../../lib/stores/store.ts';
import { fullPathWarnings, leaseWarnings } from '../../../webhook/core/lease-warnings.ts';
import type { ExternalSecret, ExternalSecretSet } from '../../../lib/external-secrets/external-secret.ts';
import type { ResolvedExternalSecret } from '../../../webhook/core/external-secrets.ts';
import { readsOf } from '../../../webhook/core/reads.ts';
import type { Resolved, ResolvedSecret } from '../../../webhook/core/resolve.ts';

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
  via: 'agent',
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
const ref = (key: string) => ({ key, optional: false });
const set = { kind: 'extract', store: vault } as const;
const externalSecret = (...keys: string[]): ResolvedExternalSecret => ({
  externalSecret: {} as ExternalSecret,
  place: 'ExternalSecret payments/app',
  sets: [
    { ...set, set: {} as Extract<ExternalSecretSet, { kind: 'extract' }>, ref: ref('pki/issue/web') },
    { kind: 'find', set: {} as Extract<ExternalSecretSet, { kind: 'find' }>, store: vault },
  ],
  entries: keys.map((key) => ({
    entry: {} as ResolvedExternalSecret['entries'][number]['entry'],
    store: vault,
    ref: ref(key),
  })),
});
const resolved: Resolved = {
  secrets: [secret('database/creds/app', vault), secret('payments/db', vault), secret('a/creds/b', files)],
  templates: [
    {
      request: {
        name: 'b',
        place: 'keyferry.dev/template.b',
        path: 'b',
        intervalSeconds: 3600,
        template: '',
        refs: [],
      },
      refs: ['rabbit/creds/a', 'payments/mail'].map((text) => ({ text, ref: ref(text), store: vault })),
    },
  ],
  externalSecrets: [externalSecret('aws/sts/deploy', 'payments/db', 'aws/sts/deploy')],
};
const warning = (place: string, key: string): string =>
  `${place}: ${key} looks like a credential made for the pod; with lifecycle init nobody renews or revokes it, and it ends with its lease`;

test('a credential that Vault makes is a warning with init', () => {
  expect(leaseWarnings('init', resolved)).toEqual([
    warning('keyferry.dev/secret.a', 'database/creds/app'),
    warning('keyferry.dev/template.b', 'rabbit/creds/a'),
    warning('ExternalSecret payments/app', 'pki/issue/web'),
    warning('ExternalSecret payments/app', 'aws/sts/deploy'),
  ]);
});

test.each(['native', 'init+sidecar', 'sidecar'] as const)('and none with %s', (lifecycle) => {
  expect(leaseWarnings(lifecycle, resolved)).toEqual([]);
});

const inKv: Store = {
  ...vault,
  name: 'kv',
  provider: { ...vault.provider, path: 'kv' } as Store['provider'],
};
const fullPath = (subject: string, key: string): string =>
  `${subject}"${key}" looks like a credential that Vault makes, and the store's path is "kv": it is read as a full path, and leased, where the pod's token sees such a mount, and else below "kv"; "/${key}" says that it is a full path`;
const warningsOf = (
  secrets: readonly ResolvedSecret[],
  externalSecrets: readonly ResolvedExternalSecret[] = [],
) => fullPathWarnings(readsOf({ secrets, templates: [], externalSecrets }));

test('a key that may be a full path is told, each once', () => {
  const place = 'keyferry.dev/secret.a';
  expect(warningsOf([secret('database/creds/app', inKv), secret('database/creds/app', inKv)])).toEqual([
    { place, warning: fullPath('', 'database/creds/app') },
  ]);
});

test('an ExternalSecret is told which field it is', () => {
  const field = { place: 'spec.data[0].remoteRef' } as ResolvedExternalSecret['entries'][number]['entry'];
  const entries = ['database/creds/app', 'payments/db'].map((key) => ({
    entry: field,
    store: inKv,
    ref: ref(key),
  }));
  const made = { ...externalSecret(), sets: [], entries };
  expect(warningsOf([], [made])).toEqual([
    {
      place: 'ExternalSecret payments/app',
      warning: fullPath('spec.data[0].remoteRef.key: ', 'database/creds/app'),
    },
  ]);
});

test.each([
  ['a leading slash says it', '/database/creds/app', inKv],
  ['it begins with the path of the store', 'kv/team/creds/app', inKv],
  ['the store has no path', 'database/creds/app', vault],
  ['it looks like a secret that is kept', 'payments/db', inKv],
  ['the store is no Vault', 'database/creds/app', files],
])('and there is no doubt where %s', (_why, key, store) => {
  expect(warningsOf([secret(key, store)])).toEqual([]);
});
