import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBundle } from '../../certs/core/bundle.ts';
import { makeCertificate } from '../../certs/self-signed.ts';
import { copiedAnnotation, trustConfigMap, trustKey } from '../../lib/broker/names.ts';
import { startKubeApi, type KubeApi } from '../emulators/kube-api/kube-api.ts';
import { manifestsOf } from './deployed.ts';
import { startKeyferryPod, system, webhookService } from './keyferry-pod.ts';
import type { KeyferryProcess } from './keyferry-process.ts';

/** What the API server answered to a pod. */
export interface PodAnswer {
  readonly status: number;
  readonly message: string;
  /** `broker.trust` of the plan that the pod got. */
  readonly trust: string | undefined;
}

interface PlannedPod {
  readonly spec?: {
    readonly initContainers?: readonly {
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

const trustOf = ({ spec }: PlannedPod): string | undefined => {
  const variables = (spec?.initContainers ?? []).flatMap(({ env = [] }) => env);
  const plan = variables.find(({ name }) => name === 'KEYFERRY_PLAN')?.value;
  return plan === undefined ? undefined : (JSON.parse(plan) as { broker?: { trust?: string } }).broker?.trust;
};

/** Self-made certificates of that many brokers, PEM. */
export const makeBundle = async (brokers: number): Promise<string> => {
  const made = await Promise.all(
    Array.from({ length: brokers }, (_, index) =>
      makeCertificate({
        dnsNames: [`keyferry-broker.${system}.svc`],
        podUid: `6f1c1d2e-0000-4000-8000-00000000000${index}`,
        lifetimeMilliseconds: 3_600_000,
        now: Date.now(),
      }),
    ),
  );
  return made.map(({ certificatePem }) => certificatePem).join('');
};

/** The stand-in API server with all of `deploy/base`, and replicas of the webhook as processes with no more rights than that gives them. */
export class WebhookProcesses {
  readonly api: KubeApi;
  readonly #ports: Map<string, number>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyferry-webhooks-'));
  readonly #installFile = join(this.#folder, 'broker.yaml');
  readonly #programs = new Map<string, KeyferryProcess>();

  private constructor(api: KubeApi, ports: Map<string, number>) {
    this.api = api;
    this.#ports = ports;
  }

  /** `install`: the text of the broker's file. */
  static async open(install: string): Promise<WebhookProcesses> {
    const ports = new Map<string, number>();
    const api = await startKubeApi({ services: (address) => ports.get(address) });
    api.apply(...manifestsOf());
    const opened = new WebhookProcesses(api, ports);
    opened.writeInstall(install);
    return opened;
  }

  writeInstall(text: string): void {
    writeFileSync(this.#installFile, text);
  }

  /** Starts a replica; the API server calls it from when it is Ready, as a Service does. */
  async start(name: string, ...flags: readonly string[]): Promise<void> {
    const program = startKeyferryPod({
      ...{ api: this.api, component: 'webhook', name },
      program: join(import.meta.dirname, '../../webhook/main.ts'),
      folder: this.#folder,
      installFile: this.#installFile,
      args: flags,
    });
    this.#programs.set(name, program);
    await program.ready();
    this.#ports.set(webhookService, await program.port);
  }

  async stop(name: string): Promise<void> {
    await this.#programs.get(name)?.stop();
    this.#programs.delete(name);
    this.api.delete('pods', name, system);
  }

  async close(): Promise<void> {
    for (const program of this.#programs.values()) await program.stop();
    await this.api.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** The replica that the Lease names; empty where none does. */
  get leader(): string {
    const lease = this.api.get('leases', 'keyferry-webhook', system);
    const { holderIdentity = '' } = (lease?.['spec'] ?? {}) as { holderIdentity?: string };
    return holderIdentity.split('_')[0] ?? '';
  }

  /** Paths of the requests of Keyferry's own that were answered 403. */
  get forbidden(): readonly string[] {
    return this.api.requests
      .filter(({ status, path }) => status === 403 && !path.endsWith('/pods'))
      .map(({ method, path }) => `${method} ${path}`);
  }

  /** Writes ConfigMap keyferry-trust as somebody else would; that of the broker's own namespace by default. */
  writeTrust(bundle: string, namespace = system): void {
    const annotations = this.api.get('configmaps', trustConfigMap, namespace)?.metadata.annotations;
    this.api.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: trustConfigMap, namespace, ...(annotations !== undefined && { annotations }) },
      data: { [trustKey]: bundle },
    });
  }

  /** The bundle in a namespace; undefined where there is no ConfigMap. */
  trustIn(namespace: string): string | undefined {
    const found = this.api.get('configmaps', trustConfigMap, namespace);
    return (found?.['data'] as Record<string, string> | undefined)?.[trustKey];
  }

  /** Whether the annotation of the source names exactly the certificates of a bundle. */
  isNoted(bundle: string): boolean {
    const { annotations = {} } = this.api.get('configmaps', trustConfigMap, system)?.metadata ?? {};
    const wanted = parseBundle(bundle, '').map(({ fingerprint }) => fingerprint);
    return (annotations[copiedAnnotation] ?? '') === wanted.sort().join(',');
  }

  /** Creates a pod through the API server, and so through the webhook. */
  async create(name: string, namespace: string, key: string): Promise<PodAnswer> {
    const { status, body } = await this.api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          annotations: { 'keyferry.dev/inject': 'true', 'keyferry.dev/secret.db': `platform://${key}` },
        },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      },
    });
    const { message = '' } = body as { message?: string };
    return { status, message, trust: trustOf(body as PlannedPod) };
  }
}
