import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { testNamespacePrefix } from '../cluster/preflight.ts';
import { restricted, restrictedPod } from '../pods/restricted.ts';

/** How a stand-in Vault is brought into the cluster. */
export interface VaultDescription {
  readonly namespace: string;
  /** An image with Node. */
  readonly image: string;
  readonly rootToken: string;
}

export const vaultPort = 8200;
export const vaultHost = (namespace: string): string => `vault.${namespace}.svc`;

/** What the stand-in's roles admit, and what they may read. */
export const role = 'payments-api';
export const audience = 'vault';
export const serviceAccount = 'payments-api';
/** Keys below this word are the policy's to read; all others are not. */
const openKeys = 'payments';
const policy = 'payments';

const labels = { app: 'vault' };
const folder = '/emulator';
const identity = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The stand-in as one file that Node runs by itself. */
export const bundleVault = (): Promise<string> =>
  bundle(join(import.meta.dirname, '..', '..', 'emulators', 'vault', 'main.ts'));

/** Tokens are checked with the keys that the cluster itself publishes. Secrets come later, the way an administrator writes them. */
const configuration = ({ namespace, rootToken }: VaultDescription): object => ({
  rootToken,
  dnsNames: [vaultHost(namespace), '127.0.0.1'],
  keys: {
    url: 'https://kubernetes.default.svc/openid/v1/jwks',
    tokenFile: `${identity}/token`,
    caFile: `${identity}/ca.crt`,
  },
  policies: { [policy]: `path "kv/data/${openKeys}/*" { capabilities = ["read"] }` },
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
  mounts: { kv: { type: 'kv', version: 2 } },
});

const deployment = ({ namespace, image }: VaultDescription): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'vault', namespace },
  spec: {
    replicas: 1,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        ...restrictedPod,
        containers: [
          {
            name: 'vault',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', `${folder}/vault.cjs`, '--config', `${folder}/config.json`],
            args: ['--host', '0.0.0.0', '--port', String(vaultPort)],
            ports: [{ containerPort: vaultPort }],
            readinessProbe: { tcpSocket: { port: vaultPort }, periodSeconds: 1 },
            securityContext: restricted,
            volumeMounts: [{ name: 'emulator', mountPath: folder, readOnly: true }],
          },
        ],
        volumes: [{ name: 'emulator', configMap: { name: 'vault' } }],
      },
    },
  },
});

/** Everything that the stand-in consists of. No Secret is among it: its keys are made in its memory. */
export const vaultManifests = (
  description: VaultDescription,
  program: string,
): readonly KubernetesObject[] => {
  const { namespace } = description;
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'vault', namespace },
      data: { 'vault.cjs': program, 'config.json': JSON.stringify(configuration(description)) },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'vault', namespace },
      spec: { selector: labels, ports: [{ port: vaultPort, targetPort: vaultPort }] },
    },
    deployment(description),
  ];
};
