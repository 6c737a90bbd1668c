import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../test/emulators/kube-api/kube-api.ts';
import type { Pod } from '../test/emulators/podbox/manifest/pod-types.ts';
import type { Podbox } from '../test/emulators/podbox/podbox.ts';
import { Kubelet } from '../test/emulators/kube-api/kubelet.ts';
import { KeyferryProcess } from '../test/support/keyferry-process.ts';
import { writeBrokerFiles, type BrokerFiles, type KeptCredential } from './broker-files.ts';

const root = join(import.meta.dirname, '..');
const base = join(root, 'deploy', 'base');
const webhookService = 'keyferry-webhook.keyferry-system.svc:443';
const systemNamespace = 'keyferry-system';

/** The objects of a file of manifests. */
export const readManifests = (file: string): readonly Manifest[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest);

const baseManifests = (): readonly Manifest[] => {
  const { resources } = parse(readFileSync(join(base, 'kustomization.yaml'), 'utf8')) as {
    resources: string[];
  };
  return resources.flatMap((file) => readManifests(join(base, file)));
};

interface Status {
  readonly message: string;
}

/** What the API server answered to a new pod. */
export type Created =
  | { readonly kind: 'created'; readonly pod: Pod; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

interface Install {
  readonly api: KubeApi;
  readonly folder: string;
  readonly files: BrokerFiles;
}

/** One of Keyferry's servers as its pod would run it: with the rights of its ServiceAccount. */
const startProgram = (
  { api, folder, files }: Install,
  component: 'webhook' | 'broker',
  args: readonly string[],
): KeyferryProcess => {
  const account = `keyferry-${component}`;
  const kubeconfig = join(folder, `${component}.kubeconfig`);
  writeFileSync(kubeconfig, api.kubeconfig(`system:serviceaccount:${systemNamespace}:${account}`), {
    mode: 0o600,
  });
  const [pod] = api.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${account}-0`,
      namespace: systemNamespace,
      labels: { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': component },
    },
  });
  return new KeyferryProcess({
    program: join(root, 'dist', `${component}.mjs`),
    args: [
      ...['--kubeconfig', kubeconfig, '--broker-config', files.install, '--shutdown-delay', '0s'],
      ...args,
    ],
    environment: { POD_UID: pod?.metadata.uid ?? '', POD_NAMESPACE: systemNamespace },
  });
};

const startKubelet = (api: KubeApi): Promise<Kubelet> =>
  Kubelet.start({
    api,
    images: {
      'keyferry-agent:0.1.0': {
        files: { '/opt/keyferry/agent.cjs': join(root, 'dist', 'agent.cjs') },
        user: 65_532,
        group: 65_532,
      },
      // This machine's own shell takes the place of the image's.
      'busybox:1.37': {},
    },
  });

/** A cluster of one machine: an API server, Keyferry's webhook and broker from `deploy/base`, and a kubelet. */
export class DemoCluster implements AsyncDisposable {
  readonly api: KubeApi;
  readonly issuer: ServiceAccountIssuer;
  readonly #kubelet: Kubelet;
  readonly #programs: readonly KeyferryProcess[];
  readonly #folder: string;

  private constructor(parts: {
    api: KubeApi;
    kubelet: Kubelet;
    issuer: ServiceAccountIssuer;
    programs: readonly KeyferryProcess[];
    folder: string;
  }) {
    this.api = parts.api;
    this.#kubelet = parts.kubelet;
    this.issuer = parts.issuer;
    this.#programs = parts.programs;
    this.#folder = parts.folder;
  }

  /** Starts it all; resolves when broker and webhook are Ready. Needs the bundles in `dist/`. */
  static async start(kept: KeptCredential): Promise<DemoCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-demo-'));
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const ports = new Map<string, number>();
    const api = await startKubeApi({ issuer, services: (address) => ports.get(address) });
    api.apply(...baseManifests());
    const files = writeBrokerFiles(folder, kept);
    const install = { api, folder, files };
    const broker = startProgram(install, 'broker', [
      ...['--credentials-dir', files.credentials],
      // On this machine no name server knows the Service's name.
      ...['--server-name', 'localhost'],
    ]);
    const address = `https://localhost:${await broker.port}`;
    const webhook = startProgram(install, 'webhook', ['--broker-server', address]);
    ports.set(webhookService, await webhook.port);
    const kubelet = await startKubelet(api);
    const cluster = new DemoCluster({ api, kubelet, issuer, programs: [webhook, broker], folder });
    await Promise.all([broker.ready(), webhook.ready()]);
    return cluster;
  }

  /** Where the pods' processes run. */
  get podbox(): Podbox {
    return this.#kubelet.podbox;
  }

  /** Creates a pod as `kubectl apply` does: through the API server, and so through the webhook. */
  async create(manifest: Manifest): Promise<Created> {
    const { namespace = 'default' } = manifest.metadata;
    const answer = await this.api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: manifest,
    });
    if (answer.status === 201) return { kind: 'created', pod: answer.body as Pod, warnings: answer.warnings };
    return { kind: 'refused', message: (answer.body as Status).message };
  }

  /** How many Secret objects there are, and how often anybody asked for one. */
  secrets(): { readonly objects: number; readonly accesses: number } {
    return { objects: this.api.objects('secrets').length, accesses: this.api.secretAccesses.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kubelet.close();
    for (const program of this.#programs) await program.stop();
    await this.api.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
