import { bitwardenServers, type Bitwarden } from './bitwarden/bitwarden.ts';
import { named, type Kubectl, type ObjectName } from './cluster/kubectl.ts';
import type { KubernetesObject, Pod } from './cluster/objects.ts';
import { systemNamespace, testNamespacePrefix } from './cluster/preflight.ts';
import { audience, platformKeys, platformRole } from './vault/configuration.ts';
import type { Vault } from './vault/vault.ts';

/** Stores without a namespace; the run's prefix keeps them apart from others in the cluster. */
const platformStore = `${testNamespacePrefix}platform`;
export const bitwardenStore = `${testNamespacePrefix}bitwarden`;
/** The namespace of the scenario that plays the example's manifests: its SecretStore has a credential of its own scope. */
const exampleNamespace = `${testNamespacePrefix}example`;

const credentialKey = `${platformKeys}/bitwarden`;

/**
 * What this install lets the broker use. The machine account's token comes from Vault, which the broker reads as itself: there is no Secret
 * in the whole run, not even for that.
 */
export const brokerFile = {
  credentials: [{}, { namespace: exampleNamespace }].map((scope) => ({
    name: 'bitwarden',
    ...scope,
    servers: bitwardenServers,
    ref: `${platformStore}://${credentialKey}#token`,
  })),
  serviceAccounts: [],
};

const vaultStore = (vault: Vault): KubernetesObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ClusterSecretStore',
  metadata: { name: platformStore },
  spec: {
    conditions: [{ namespaces: [systemNamespace] }],
    provider: {
      vault: {
        ...vault.address,
        path: 'kv',
        auth: { kubernetes: { role: platformRole, serviceAccountRef: { audiences: [audience] } } },
      },
    },
  },
});

export interface BrokerParts {
  readonly kubectl: Kubectl;
  readonly vault: Vault;
  readonly bitwarden: Bitwarden;
}

/** Gives the broker its credential, and the cluster a store that takes it. Every namespace of the run may have keys `e2e-…` of it. */
export const setUpBroker = async ({ kubectl, vault, bitwarden }: BrokerParts): Promise<void> => {
  await vault.write(credentialKey, { token: bitwarden.accessToken });
  const access = [{ serviceAccounts: ['payments-api'], keys: ['e2e-*'] }];
  await kubectl.apply(vaultStore(vault), bitwarden.store(bitwardenStore, { access }));
};

/** The broker's replicas that are not about to end. */
export const brokerReplicas = async (kubectl: Kubectl): Promise<readonly ObjectName[]> => {
  const selector = 'app.kubernetes.io/name=keyferry,app.kubernetes.io/component=broker';
  const words = ['get', 'pods', '--namespace', systemNamespace, '--selector', selector];
  const { items } = await kubectl.json<{ items: readonly Pod[] }>(words);
  return items
    .filter(({ metadata }) => !('deletionTimestamp' in metadata))
    .map(({ metadata: { name = '' } }) => named(`pod/${name}`, systemNamespace));
};
