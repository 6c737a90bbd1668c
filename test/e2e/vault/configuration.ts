import { systemNamespace, testNamespacePrefix } from '../cluster/preflight.ts';
import { clusterKeys } from '../stand-ins/manifests.ts';

/** What the stand-in's roles admit, and what they may read. */
export const role = 'payments-api';
export const audience = 'vault';
export const serviceAccount = 'payments-api';
/** Keys below this word are the policy's to read; all others are not. */
const openKeys = 'payments';
const policy = 'payments';
/** What the broker itself reads, by its own ServiceAccount: credentials that other stores take. */
export const platformKeys = 'platform';
export const platformRole = 'platform';
/** Each read makes a database user that lives so long, unless it is renewed. */
export const leasedKey = 'database/creds/payments';
export const leaseSeconds = 20;

/** Tokens are checked with the keys that the cluster itself publishes. Secrets come later, the way an administrator writes them. */
export const vaultConfiguration = (rootToken: string, host: string): object => ({
  rootToken,
  dnsNames: [host, '127.0.0.1'],
  keys: clusterKeys,
  policies: {
    [policy]: [`kv/data/${openKeys}/*`, leasedKey]
      .map((path) => `path "${path}" { capabilities = ["read"] }`)
      .join('\n'),
    [platformRole]: `path "kv/data/${platformKeys}/*" { capabilities = ["read"] }`,
  },
  auth: {
    kubernetes: {
      type: 'kubernetes',
      roles: {
        [role]: {
          bound_service_account_names: serviceAccount,
          bound_service_account_namespaces: `${testNamespacePrefix}*`,
          audience,
          token_policies: policy,
          token_ttl: '1h',
        },
        [platformRole]: {
          bound_service_account_names: 'keyferry-broker',
          bound_service_account_namespaces: systemNamespace,
          audience,
          token_policies: platformRole,
          token_ttl: '1h',
        },
      },
    },
    jwt: {
      type: 'jwt',
      roles: {
        [role]: {
          role_type: 'jwt',
          user_claim: 'sub',
          bound_audiences: audience,
          bound_claims: { '/kubernetes.io/serviceaccount/name': serviceAccount },
          token_policies: policy,
          token_ttl: '1h',
        },
      },
    },
  },
  mounts: {
    kv: { type: 'kv', version: 2 },
    database: { type: 'database', roles: { payments: { default_ttl: `${leaseSeconds}s`, max_ttl: '1h' } } },
  },
});
