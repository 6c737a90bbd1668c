import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../test/emulators/kube-api/kube-api.ts';
import type { Pod } from '../test/emulators/podbox/manifest/pod-types.ts';
import type { Podbox } from '../test/emulators/podbox/podbox.ts';
import { Kubelet } from '../test/emulators/kube-api/kubelet.ts';
import { agentImage } from '../test/support/agent/image.ts';
import { manifestsOf } from '../test/support/deployed.ts';
import { startKeyferryPod, webhookService } from '../test/support/keyferry-pod.ts';
import type { KeyferryProcess } from '../test/support/keyferry-process.ts';
import { writeBrokerFiles, type KeptCredential } from './broker-files.ts';

interface Status {
  readonly message: string;
}

/** What the API server answered to a new pod. */
export type Created =
  | { readonly kind: 'created'; readonly pod: Pod; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

const startKubelet = (api: KubeApi): Promise<Kubelet> =>
  Kubelet.start({
    api,
    images: {
      'keyferry-agent:0.1.0': agentImage,
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
    api.apply(...manifestsOf());
    const files = writeBrokerFiles(folder, kept);
    const common = { api, folder, installFile: files.install };
    // On this machine no name server knows the Service's name.
    const flags = ['--credentials-dir', files.credentials, '--server-name', 'localhost'];
    const broker = startKeyferryPod({ ...common, component: 'broker', args: flags });
    const address = `https://localhost:${await broker.port}`;
    const webhook = startKeyferryPod({ ...common, component: 'webhook', args: ['--broker-server', address] });
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
