import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';
import type { WebhookConfigurationKind } from '../../lib/kube/webhook-configuration.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../emulators/kube-api/kube-api.ts';
import type { ManualClock } from './manual-clock.ts';

export const configurationName = 'keyferry-webhook';
const namespace = 'keyferry-system';
const group = 'admissionregistration.k8s.io';
const resource = `mutatingwebhookconfigurations.${group}`;
const validatingResource = `validatingwebhookconfigurations.${group}`;
const account = { kind: 'ServiceAccount', name: 'keyferry-webhook', namespace };

/** Just the rights that the certificates need: no more is asked for. */
const rights: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'certificates' },
    rules: [
      {
        apiGroups: [group],
        resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
        resourceNames: [configurationName],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'certificates' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'certificates' },
    subjects: [account],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'pods', namespace },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'pods', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pods' },
    subjects: [account],
  },
];

const configuration = (
  bundles: readonly string[],
  kind: WebhookConfigurationKind = 'MutatingWebhookConfiguration',
): Manifest => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: configurationName },
  webhooks: bundles.map((text, index) => ({
    name: `inject-${index}.keyferry.dev`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: {
      service: { name: 'keyferry-webhook', namespace, path: '/mutate' },
      ...(text !== '' && { caBundle: Buffer.from(text).toString('base64') }),
    },
  })),
});

/** A cluster as webhook replicas see it: the stand-in API server, with a configuration, pods, and a ServiceAccount with few rights. */
export class WebhookCluster {
  readonly api: KubeApi;
  /** The way of the replicas' ServiceAccount. */
  readonly connection: KubeConnection;
  readonly #folder: string;

  private constructor(api: KubeApi, connection: KubeConnection, folder: string) {
    this.api = api;
    this.connection = connection;
    this.#folder = folder;
  }

  static async open(clock: ManualClock): Promise<WebhookCluster> {
    const api = await startKubeApi({ clock });
    api.apply(...rights);
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-cluster-'));
    const path = join(folder, 'kubeconfig');
    await writeFile(path, api.kubeconfig(`system:serviceaccount:${namespace}:${account.name}`));
    const connection = connect({ kind: 'kubeconfig', path });
    if (!connection.ok) throw new Error(connection.error);
    return new WebhookCluster(api, connection.value, folder);
  }

  async close(): Promise<void> {
    await this.api.close();
    await rm(this.#folder, { recursive: true });
  }

  /** Writes the configuration as somebody else would, without asking for a version: one webhook a bundle. */
  write(...bundles: readonly string[]): void {
    this.api.apply(configuration(bundles));
  }

  /** The same for the ValidatingWebhookConfiguration. */
  writeValidating(...bundles: readonly string[]): void {
    this.api.apply(configuration(bundles, 'ValidatingWebhookConfiguration'));
  }

  /** The bundles, PEM text. */
  bundles(): string[] {
    return this.#bundlesOf(resource);
  }

  /** Those of the ValidatingWebhookConfiguration. */
  validatingBundles(): string[] {
    return this.#bundlesOf(validatingResource);
  }

  #bundlesOf(plural: string): string[] {
    const webhooks = this.api.get(plural, configurationName)?.['webhooks'] ?? [];
    return (webhooks as { clientConfig: { caBundle?: string } }[]).map(({ clientConfig }) =>
      Buffer.from(clientConfig.caBundle ?? '', 'base64').toString(),
    );
  }

  /** The uid of a new pod. */
  addPod(name: string): string {
    const spec = { containers: [{ name: 'webhook', image: 'keyferry-webhook' }] };
    const [pod] = this.api.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
    return pod?.metadata.uid ?? '';
  }

  deletePod(name: string): void {
    this.api.delete('pods', name, namespace);
  }

  /** HTTP statuses of the patches so far. */
  patches(): number[] {
    return this.api.requests.filter(({ method }) => method === 'PATCH').map(({ status }) => status);
  }
}
