import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBundle } from '../../certs/core/bundle.ts';
import { copiedAnnotation, trustConfigMap, trustKey } from '../../lib/broker/names.ts';
import type { ConfigMap } from '../../lib/kube/config-map.ts';
import { parseConfigMap } from '../../lib/kube/config-map.ts';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../emulators/kube-api/kube-api.ts';
import { manifestsOf } from './deployed.ts';
import type { ManualClock } from './manual-clock.ts';

const namespace = 'keyferry-system';

/** A cluster as brokers and the webhook's Lease holder see it: the stand-in API server with the rights of `deploy/base`, and no more. */
export class TrustCluster {
  readonly api: KubeApi;
  /** The ways of the two ServiceAccounts. */
  readonly broker: KubeConnection;
  readonly webhook: KubeConnection;
  readonly #folder: string;
  readonly #names = new Map<string, string>();

  private constructor(api: KubeApi, connections: readonly [KubeConnection, KubeConnection], folder: string) {
    this.api = api;
    [this.broker, this.webhook] = connections;
    this.#folder = folder;
  }

  static async open(clock: ManualClock): Promise<TrustCluster> {
    const api = await startKubeApi({ clock });
    api.apply(
      ...manifestsOf(
        'Namespace',
        'ServiceAccount',
        'ClusterRole',
        'ClusterRoleBinding',
        'Role',
        'RoleBinding',
      ),
    );
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-trust-'));
    const connectAs = async (account: string): Promise<KubeConnection> => {
      const path = join(folder, account);
      await writeFile(path, api.kubeconfig(`system:serviceaccount:${namespace}:${account}`));
      const connection = connect({ kind: 'kubeconfig', path });
      if (!connection.ok) throw new Error(connection.error);
      return connection.value;
    };
    const connections = [await connectAs('keyferry-broker'), await connectAs('keyferry-webhook')] as const;
    return new TrustCluster(api, connections, folder);
  }

  async close(): Promise<void> {
    await this.api.close();
    await rm(this.#folder, { recursive: true });
  }

  addNamespaces(...names: readonly string[]): void {
    for (const name of names) this.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** A pod of the broker's, not Ready yet; its uid. */
  addBroker(name: string): string {
    const labels = { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'broker' };
    const spec = { containers: [{ name: 'broker', image: 'keyferry-webhook' }] };
    const [pod] = this.api.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec,
    });
    const { uid = '' } = pod?.metadata ?? {};
    this.#names.set(uid, name);
    return uid;
  }

  setReady(name: string, ready = true): void {
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
    this.api.setStatus('pods', name, namespace, { phase: 'Running', conditions });
  }

  deletePod(name: string): void {
    this.api.delete('pods', name, namespace);
  }

  configMap(of = namespace): ConfigMap | undefined {
    const found = this.api.get('configmaps', trustConfigMap, of);
    return found && parseConfigMap(found);
  }

  /** The bundle in a namespace, PEM; empty where there is none. */
  bundle(of = namespace): string {
    return this.configMap(of)?.data[trustKey] ?? '';
  }

  /** Names of the pods whose certificates are in the bundle of a namespace, sorted. */
  trusted(of = namespace): readonly string[] {
    const entries = parseBundle(this.bundle(of), `keyferry-broker.${namespace}.svc`);
    return entries.map(({ podUid = '?' }) => this.#names.get(podUid) ?? podUid).sort();
  }

  /** The fingerprints that the source's annotation names. */
  copied(): readonly string[] {
    const text = this.configMap()?.metadata.annotations?.[copiedAnnotation] ?? '';
    return text === '' ? [] : text.split(',');
  }

  /** Writes the ConfigMap of a namespace as somebody else would, without asking for a version. */
  write(of: string, data: Readonly<Record<string, string>>, metadata: object = {}): void {
    this.api.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: trustConfigMap, namespace: of, ...metadata },
      data,
    } satisfies Manifest);
  }

  /** Notes that all copies have all that the source has. */
  noteCopied(): void {
    const fingerprints = parseBundle(this.bundle(), '').map(({ fingerprint }) => fingerprint);
    const annotations = { [copiedAnnotation]: fingerprints.join(',') };
    this.write(namespace, { [trustKey]: this.bundle() }, { annotations });
  }

  /** HTTP statuses of the writes of ConfigMaps so far. */
  writes(): readonly number[] {
    return this.api.requests
      .filter(({ method, path }) => method !== 'GET' && path.includes('/configmaps'))
      .map(({ status }) => status);
  }
}
