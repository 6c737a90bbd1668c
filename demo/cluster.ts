import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../test/emulators/kube-api/kube-api.ts';
import type { Pod } from '../test/emulators/podbox/manifest/pod-types.ts';
import { Podbox } from '../test/emulators/podbox/podbox.ts';
import { WebhookProcess } from './webhook-process.ts';

const root = join(import.meta.dirname, '..');
const base = join(root, 'deploy', 'base');
const webhookService = 'keyferry-webhook.keyferry-system.svc:443';
const webhookAccount = 'system:serviceaccount:keyferry-system:keyferry-webhook';

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

/** A cluster of one machine: an API server, the Keyferry webhook from `deploy/base`, and a kubelet. */
export class DemoCluster implements AsyncDisposable {
  readonly api: KubeApi;
  readonly podbox: Podbox;
  readonly issuer: ServiceAccountIssuer;
  readonly webhook: WebhookProcess;
  readonly #folder: string;

  private constructor(parts: {
    api: KubeApi;
    podbox: Podbox;
    issuer: ServiceAccountIssuer;
    webhook: WebhookProcess;
    folder: string;
  }) {
    this.api = parts.api;
    this.podbox = parts.podbox;
    this.issuer = parts.issuer;
    this.webhook = parts.webhook;
    this.#folder = parts.folder;
  }

  /** Starts it all; resolves when the webhook is Ready. Needs the bundles in `dist/`. */
  static async start(): Promise<DemoCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-demo-'));
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const podUid = randomUUID();
    const ports = new Map<string, number>();
    const api = await startKubeApi({
      services: (address) => ports.get(address),
    });
    const replica = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'keyferry-webhook-0', namespace: 'keyferry-system', uid: podUid },
    };
    api.apply(...baseManifests(), replica);
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, api.kubeconfig(webhookAccount), { mode: 0o600 });
    const webhook = WebhookProcess.start({ program: join(root, 'dist', 'webhook.mjs'), kubeconfig, podUid });
    const podbox = await Podbox.create({
      images: {
        'keyferry-agent:0.1.0': {
          files: { '/opt/keyferry/agent.cjs': join(root, 'dist', 'agent.cjs') },
          user: 65_532,
          group: 65_532,
        },
        // This machine's own shell takes the place of the image's.
        'busybox:1.37': {},
      },
      tokens: async ({ audience, ...request }) =>
        issuer.issue({ ...request, ...(audience === undefined ? {} : { audiences: [audience] }) }),
    });
    const cluster = new DemoCluster({ api, podbox, issuer, webhook, folder });
    ports.set(webhookService, await webhook.port);
    await webhook.ready();
    return cluster;
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
    await this.podbox.close();
    await this.webhook.stop();
    await this.api.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
