import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestOptions } from 'node:https';
import { makeCertificate } from '../../../certs/self-signed.ts';
import { auditTo } from '../../../broker/audit.ts';
import { createMetrics } from '../../../broker/metrics.ts';
import { makeBroker, type Broker, type BrokerOptions } from '../../../broker/serve.ts';
import type { BrokerInstall } from '../../../lib/broker/install.ts';
import { systemClock } from '../../../lib/clock.ts';
import { startApiCache } from '../../../lib/kube/api-cache.ts';
import type { ObjectCache } from '../../../lib/kube/cache.ts';
import { connect, type KubeConnection } from '../../../lib/kube/connection.ts';
import { silentLogger } from '../../../lib/log.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../../emulators/kube-api/kube-api.ts';
import { manifestsOf } from '../deployed.ts';
import { BrokerCaller } from './caller.ts';
import { ToldTrust } from './told-trust.ts';
import { ToldUpstream } from './told-upstream.ts';

export interface PodFields {
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly addresses?: readonly string[];
  readonly phase?: string;
  readonly hostNetwork?: boolean;
}

const object = (kind: string, name: string, namespace?: string, rest: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  ...rest,
});

/** A store that only the broker can read: its credential is the platform's. */
export const platformStore = (access?: readonly object[], spec: object = {}): Manifest => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ClusterSecretStore',
  metadata: { name: 'platform' },
  spec: {
    provider: {
      vault: {
        server: 'https://vault.example:8200',
        path: 'kv',
        auth: { tokenSecretRef: { name: 'vault', key: 'token' } },
      },
    },
    ...(access !== undefined && { access }),
    ...spec,
  },
});

export const externalSecret = (name: string, namespace: string, ...keys: readonly string[]): Manifest => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name, namespace },
  spec: {
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'platform' },
    data: keys.map((key, index) => ({ secretKey: `key${index}`, remoteRef: { key } })),
  },
});

const defaultInstall: BrokerInstall = {
  credentials: [{ name: 'vault', servers: ['https://vault.example:8200'] }],
  serviceAccounts: [],
};

/** A broker over TLS, with an API server of its own and an upstream that says what it is told to. */
export class InProcessBroker {
  readonly api: KubeApi;
  readonly issuer: ServiceAccountIssuer;
  readonly connection: KubeConnection;
  readonly upstream = new ToldUpstream();
  readonly trust = new ToldTrust();
  readonly audit: Record<string, unknown>[] = [];
  auditWorks = true;
  readonly metrics = createMetrics();
  readonly broker: Broker;
  port = 0;
  readonly #certificate: BrokerOptions['certificate'];
  readonly #cache: ObjectCache;
  readonly #folder: string;
  readonly #callers: BrokerCaller[] = [];
  #install = defaultInstall;
  readonly #installListeners = new Set<() => void>();

  private constructor(parts: {
    readonly api: KubeApi;
    readonly issuer: ServiceAccountIssuer;
    readonly connection: KubeConnection;
    readonly cache: ObjectCache;
    readonly folder: string;
    readonly certificate: BrokerOptions['certificate'];
    readonly options: Partial<BrokerOptions>;
  }) {
    this.api = parts.api;
    this.issuer = parts.issuer;
    this.connection = parts.connection;
    this.#certificate = parts.certificate;
    this.#cache = parts.cache;
    this.#folder = parts.folder;
    this.broker = makeBroker({
      connection: parts.connection,
      cache: parts.cache,
      certificate: parts.certificate,
      trust: this.trust,
      install: {
        current: () => this.#install,
        onChange: (listener) => {
          this.#installListeners.add(listener);
          return () => this.#installListeners.delete(listener);
        },
      },
      servers: { allowHttp: false },
      checkPeerAddress: true,
      upstream: this.upstream,
      metrics: this.metrics,
      audit: auditTo((lines) => this.#write(lines)),
      clock: systemClock,
      random: () => 0.5,
      log: silentLogger,
      ...parts.options,
    });
  }

  /** Where it listens, and the certificate that it serves. */
  get address(): { readonly url: string; readonly pem: string } {
    return { url: `https://localhost:${this.port}`, pem: this.#certificate.current().certificatePem };
  }

  /** The broker's file says something else now. */
  setInstall(next: BrokerInstall): void {
    this.#install = next;
    for (const listener of this.#installListeners) listener();
  }

  #write(lines: string): boolean {
    if (!this.auditWorks) return false;
    for (const line of lines.trimEnd().split('\n'))
      this.audit.push(JSON.parse(line) as Record<string, unknown>);
    return true;
  }

  static async open(
    options: Partial<BrokerOptions> = {},
    ...objects: readonly Manifest[]
  ): Promise<InProcessBroker> {
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const api = await startKubeApi({ issuer });
    api.apply(
      ...manifestsOf('CustomResourceDefinition'),
      object('Namespace', 'payments'),
      object('Namespace', 'hr'),
      ...objects,
    );
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-broker-'));
    const path = join(folder, 'kubeconfig');
    await writeFile(path, api.kubeconfig());
    const connection = connect({ kind: 'kubeconfig', path });
    if (!connection.ok) throw new Error(connection.error);
    const common = { connection: connection.value, clock: systemClock, log: silentLogger };
    const cache = startApiCache({ ...common, random: Math.random });
    const made = await makeCertificate({
      dnsNames: ['localhost'],
      podUid: 'broker',
      lifetimeMilliseconds: 3_600_000,
      now: Date.now(),
    });
    const certificate = {
      current: () => made,
      ready: true,
      onChange: () => () => undefined,
      stop: () => Promise.resolve(),
    };
    await cache.whenSynced;
    const parts = { api, issuer, connection: connection.value, cache, folder, certificate, options };
    const cluster = new InProcessBroker(parts);
    const url = await cluster.broker.server.listen({ port: 0, host: '127.0.0.1' });
    cluster.port = Number(new URL(url).port);
    return cluster;
  }

  async close(): Promise<void> {
    for (const caller of this.#callers) caller.close();
    await this.broker.feeds.stop();
    await this.broker.server.close();
    await this.broker.stop();
    await this.#cache.stop();
    await this.api.close();
    await rm(this.#folder, { recursive: true });
  }

  addPod(name: string, fields: PodFields = {}): void {
    const {
      namespace = 'payments',
      serviceAccount = 'app',
      addresses = ['127.0.0.1'],
      phase = 'Running',
    } = fields;
    if (this.api.get('serviceaccounts', serviceAccount, namespace) === undefined)
      this.api.apply(object('ServiceAccount', serviceAccount, namespace));
    const { hostNetwork = false } = fields;
    const spec = {
      serviceAccountName: serviceAccount,
      hostNetwork,
      containers: [{ name: 'app', image: 'app' }],
    };
    this.api.apply(object('Pod', name, namespace, { spec }));
    const [podIP] = addresses;
    this.api.setStatus('pods', name, namespace, {
      phase,
      podIPs: addresses.map((ip) => ({ ip })),
      ...(podIP !== undefined && { podIP }),
    });
  }

  /** A token as the kubelet projects it. */
  async token(
    pod: string | undefined,
    {
      namespace = 'payments',
      serviceAccount = 'app',
      audience = 'keyferry',
    }: { namespace?: string; serviceAccount?: string; audience?: string } = {},
  ): Promise<string> {
    const uid = pod === undefined ? undefined : this.api.get('pods', pod, namespace)?.metadata.uid;
    const { status, body } = await this.api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
      body: {
        spec: {
          audiences: [audience],
          expirationSeconds: 600,
          ...(pod !== undefined && { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod, uid } }),
        },
      },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return (body as { status: { token: string } }).status.token;
  }

  caller(token: string | undefined, options?: RequestOptions): BrokerCaller {
    const caller = new BrokerCaller(this.port, token, options);
    this.#callers.push(caller);
    return caller;
  }

  /** A running pod of the namespace payments, and its way to the broker. */
  async pod(name: string, fields: PodFields = {}, options?: RequestOptions): Promise<BrokerCaller> {
    this.addPod(name, fields);
    return this.caller(await this.token(name, fields), options);
  }

  /** How often the API server was asked to review a token. */
  get reviews(): number {
    return this.api.requests.filter(({ path }) => path.endsWith('/tokenreviews')).length;
  }
}
