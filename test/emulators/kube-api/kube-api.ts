import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../../lib/clock.ts';
import { AccessRules } from './access/rbac.ts';
import { userNamed, Users, type TokenReviewer } from './access/users.ts';
import type { ServiceResolver } from './admission/call.ts';
import { makeServerCertificate, type ServerCertificate } from './certificates.ts';
import { sendRequest, type ApiRequest, type ApiResponse } from './client.ts';
import { kubeconfigFor } from './kubeconfig.ts';
import type { Change } from './objects/storage.ts';
import { isRecord, type KubeObject, type Metadata } from './objects/types.ts';
import { makeCluster, type Cluster } from './cluster.ts';
import type { Fault, SeenRequest } from './requests/fault.ts';
import { Handler } from './requests/handler.ts';
import type { LoggedRequest, SecretAccess } from './requests/log.ts';
import { TokenApi } from './tokens/token-api.ts';
import type { ServiceAccountIssuer } from '../issuer/issuer.ts';
import { failure, type Status } from './requests/status.ts';

export interface KubeApiOptions {
  /** What `/version` says; 1.36 by default. */
  readonly version?: { readonly major: string; readonly minor: string; readonly gitVersion: string };
  /** Bearer token -> user name. Users get tokens by themselves where `kubeconfig` or `request` need one. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Asked about tokens that are not in the table; by default the issuer's, where there is one, as the API server takes its own. */
  readonly reviewToken?: TokenReviewer;
  /** Makes ServiceAccount tokens, and brings TokenReviews and TokenRequests; neither is there without it. */
  readonly issuer?: ServiceAccountIssuer;
  /** The local port of a service, by `<name>.<namespace>.svc:<port>`: where webhooks are called. */
  readonly services?: ServiceResolver;
  readonly clock?: Clock;
  /** The port to listen on, on loopback; any free one by default. */
  readonly port?: number;
  /** Use the certificate of an earlier server, so that its clients trust this one. */
  readonly certificate?: ServerCertificate;
}

const defaultVersion = { major: '1', minor: '36', gitVersion: 'v1.36.0' };

/** Manifests that may lack what `apply` fills in. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
};

/** The user whom everything is allowed. */
const administrator = 'kubernetes-admin';

/** A running server. What it offers here goes past authentication, access rules and admission; `request` goes through them. */
export class KubeApi implements AsyncDisposable {
  readonly url: string;
  readonly certificate: ServerCertificate;
  /** Every request so far, without bodies. */
  readonly requests: LoggedRequest[] = [];
  /** Every access to a Secret so far, by anybody, allowed or not. */
  readonly secretAccesses: SecretAccess[] = [];
  /** Asked before each request; what it returns happens instead of an answer. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  readonly #cluster: Cluster;
  readonly #users: Users;
  readonly #server: Server;

  private constructor(server: Server, certificate: ServerCertificate, options: KubeApiOptions) {
    this.#server = server;
    this.certificate = certificate;
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { clock = systemClock, services = () => undefined, issuer } = options;
    this.#cluster = makeCluster({ clock, resolve: services, issuer });
    const find = (plural: string, namespace: string | undefined, name: string): KubeObject | undefined =>
      this.get(plural, name, namespace);
    const tokens = issuer && new TokenApi({ issuer, clock, find });
    this.#users = new Users(options.reviewToken ?? ((token) => Promise.resolve(tokens?.authenticate(token))));
    this.#users.add(this.#users.tokenOf(administrator), userNamed(administrator, ['system:masters']));
    for (const [token, name] of Object.entries(options.tokens ?? {})) this.#users.add(token, userNamed(name));
    const handler = this.#makeHandler(options, tokens);
    server.on('request', (message, response) => {
      // What fails here failed below HTTP: the client has gone, or the token's reviewer is broken.
      handler.handle(message, response).catch(() => response.destroy());
    });
  }

  static async start(options: KubeApiOptions = {}): Promise<KubeApi> {
    const certificate = options.certificate ?? (await makeServerCertificate());
    const server = createServer({ cert: certificate.cert, key: certificate.key, minVersion: 'TLSv1.2' });
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    return new KubeApi(server, certificate, options);
  }

  /** The authority to trust, PEM. */
  get caPem(): string {
    return this.certificate.caPem;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** How many watches are open, of one resource (`pods`, `secretstores.keyferry.dev`) or of all. */
  openWatches(resource?: string): number {
    return this.#cluster.watches.count(resource);
  }

  /** A kubeconfig file for a user, who gets a token if there is none yet; `system:serviceaccount:<namespace>:<name>` too. */
  kubeconfig(user = administrator): string {
    return kubeconfigFor({ url: this.url, caPem: this.caPem, user, token: this.tokenOf(user) });
  }

  tokenOf(user: string): string {
    return this.#users.tokenOf(user);
  }

  /** Sends a request over TLS as a user. */
  async request(request: ApiRequest, user = administrator): Promise<ApiResponse> {
    return sendRequest({ url: this.url, caPem: this.caPem, token: this.tokenOf(user) }, request);
  }

  /** Creates or replaces objects, in the order given; the order of manifests in a file is fine. Throws what is wrong with one. */
  apply(...manifests: readonly Manifest[]): readonly KubeObject[] {
    return manifests.map((manifest) => this.#cluster.apply(manifest));
  }

  get(resource: string, name: string, namespace?: string): KubeObject | undefined {
    return this.#cluster.storage.get(this.#cluster.resource(resource), namespace, name);
  }

  /** All objects of a resource, of one namespace or of all. */
  objects(resource: string, namespace?: string): readonly KubeObject[] {
    return this.#cluster.storage.list(this.#cluster.resource(resource), namespace);
  }

  /** Sets an object's status, or some of its fields, as controllers and kubelets do. Throws where there is no such object. */
  setStatus(resource: string, name: string, namespace: string | undefined, status: object): void {
    const found = this.get(resource, name, namespace);
    if (found === undefined) throw new Error(`${resource} "${name}" not found`);
    const before = isRecord(found['status']) ? found['status'] : {};
    const object = { ...found, status: { ...before, ...status } };
    this.#cluster.writes.store(this.#cluster.resource(resource), object, found);
  }

  /** Calls `listener` with each object of a resource that is written or removed, until the function that is returned is called. */
  onChange(resource: string, listener: (object: KubeObject, type: Change['type']) => void): () => void {
    return this.#cluster.storage.listen(({ of, type, object }) => {
      if (of === resource) listener(object, type);
    });
  }

  /** Removes an object. Throws where there is none. */
  delete(resource: string, name: string, namespace?: string): void {
    const found = this.get(resource, name, namespace);
    if (found === undefined) throw new Error(`${resource} "${name}" not found`);
    this.#cluster.storage.remove(this.#cluster.resource(resource), found);
  }

  /** Forgets the past: watches and pages from before get 410 Gone. Open watches go on. */
  compact(): void {
    this.#cluster.storage.compact();
  }

  /** Sends a bookmark to the watches that asked for them. */
  bookmark(resource?: string): void {
    this.#cluster.watches.bookmark(resource);
  }

  /** Cuts the connections of watches. */
  dropWatches(resource?: string): void {
    this.#cluster.watches.drop(resource);
  }

  /** Ends watches in good order, as a server does after a while. */
  endWatches(resource?: string): void {
    this.#cluster.watches.end(resource);
  }

  /** Sends an ERROR event to watches and ends them: 410 Gone by default. */
  failWatches(
    resource?: string,
    status: Status = failure(410, 'The resourceVersion for the provided watch is too old.'),
  ): void {
    this.#cluster.watches.fail(status, resource);
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeHandler(options: KubeApiOptions, tokens: TokenApi | undefined): Handler {
    const { storage, registry, watches, writes, lists } = this.#cluster;
    return new Handler({
      storage,
      registry,
      watches,
      writes,
      lists,
      version: { ...(options.version ?? defaultVersion), platform: 'linux/amd64' },
      users: this.#users,
      rules: new AccessRules(storage, registry),
      tokens,
      fault: (request) => this.fault(request),
      onRequest: (request) => this.requests.push(request),
      onSecretAccess: (access) => this.secretAccesses.push(access),
    });
  }
}

/** Starts a small API server on loopback. */
export const startKubeApi = (options: KubeApiOptions = {}): Promise<KubeApi> => KubeApi.start(options);
