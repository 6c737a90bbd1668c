import type { StoreManifest } from '../../../lib/stores/store.ts';
import { externalSecret, install, ownStore, secretStore, vault } from './manifests.ts';
import { allowedBy, notGranted, refusedBy, type Expected, type PolicyRow } from './row.ts';

const who = { namespace: 'payments', namespaceLabels: {}, serviceAccount: 'api' };

const row = (
  name: string,
  store: StoreManifest,
  expected: Expected,
  over: Partial<PolicyRow> = {},
): PolicyRow => ({
  name: `tenant: ${name}`,
  store,
  externalSecrets: [externalSecret('payments', ['db'], ownStore)],
  who,
  install,
  want: { key: 'db' },
  expected,
  ...over,
});

const own = (fields: object = {}, credential = 'payments-vault'): StoreManifest =>
  secretStore('payments', vault(fields, credential));

const notListed: Expected = { allowed: false, by: 'route', code: 'credential_not_listed' };
const notSentThere: Expected = { allowed: false, by: 'route', code: 'server_not_allowed' };
const wrong = (problem: string): Expected => ({ allowed: false, by: 'manifest', problem });

const withAccess = (...access: readonly object[]): StoreManifest =>
  secretStore('payments', vault({}, 'payments-vault'), { access });

/** Addresses that a credential could be lured to. */
const servers = [
  'https://vault.evil.example',
  'https://vault.platform.example.evil.example:8200',
  'https://vault.platform.example',
  'https://vault.platform.example:8201',
  'https://VAULT.platform.example:8200/../evil',
  'https://vault.platform.example:8200/v1/proxy',
  String.raw`https://vault.platform.example:8200\.evil.example`,
  'https://169.254.169.254',
  'https://[fe80::1]:8200',
  'https://metadata.google.internal',
  'http://vault.platform.example:8200',
];

export const tenantRows: readonly PolicyRow[] = [
  row('its own credential, its own key', own(), allowedBy('ExternalSecret payments/db')),
  row("the platform's credential", own({}, 'platform-vault'), notListed),
  row('a credential that nobody has', own({}, 'unheard-of'), notListed),
  row(
    'a credential with a path in its name',
    own({}, '../../cluster/platform-vault'),
    wrong('secretRef.name'),
  ),
  row(
    'a credential with a path in its key',
    own({ auth: { tokenSecretRef: { name: 'payments-vault', key: '../platform-vault/secret-id' } } }),
    wrong('tokenSecretRef.key'),
  ),
  row(
    "the namespace of somebody else's credential",
    own({ auth: { tokenSecretRef: { name: 'platform-vault', key: 'token', namespace: 'keyferry-system' } } }),
    notListed,
  ),
  ...servers.map((server) => row(`its credential for ${server}`, own({ server }), notSentThere)),
  row(
    "the platform's server with another path",
    own({ path: 'hr' }),
    allowedBy('ExternalSecret payments/db'),
  ),
  row(
    "the platform's server with another path, and the platform's credential",
    own({ path: 'hr' }, 'platform-vault'),
    notListed,
  ),
  row(
    'the broker as it is',
    secretStore('payments', { ...vault({}, 'payments-vault') }, {}),
    wrong('spec.via'),
    {
      store: {
        kind: 'SecretStore',
        metadata: { name: 'own', namespace: 'payments' },
        spec: { via: 'broker', provider: vault({ auth: { jwt: { role: 'r' } } }) },
      },
    },
  ),
  row('of another namespace', own(), refusedBy('a SecretStore serves its own namespace only'), {
    who: { ...who, namespace: 'hr' },
    externalSecrets: [externalSecret('hr', ['db'], ownStore)],
    store: own(),
    install: { ...install, credentials: [...install.credentials] },
  }),
  row('named in another namespace', own(), notGranted, {
    externalSecrets: [externalSecret('hr', ['db'], ownStore)],
  }),
  row('no ExternalSecret at all', own(), notGranted, { externalSecrets: [] }),
  row('its own rule', withAccess({ keys: ['d*'] }), allowedBy('spec.access[0]'), { externalSecrets: [] }),
  row(
    'its own rule for itself',
    withAccess({ namespaces: ['payments'], keys: ['d*'] }),
    allowedBy('spec.access[0]'),
    {
      externalSecrets: [],
    },
  ),
  row(
    'a rule for others',
    withAccess({ namespaces: ['hr'], keys: ['*'] }),
    wrong('spec.access[0].namespaces'),
  ),
  row(
    'a rule for labels',
    withAccess({ namespaceSelector: {}, keys: ['*'] }),
    wrong('spec.access[0].namespaceSelector'),
  ),
  // What becomes of these is in test/integration/policy-wire.test.ts.
  row('a redirect to the metadata address', own(), { allowed: false, by: 'wire', why: 'redirect' }),
  row('a name that leads to the metadata address', own(), { allowed: false, by: 'wire', why: 'metadata' }),
  row("a token from another pod's address", own(), { allowed: false, by: 'wire', why: 'another-address' }),
];
