import { randomBytes, randomUUID } from 'node:crypto';
import { denied, deniedByPolicy, failure, invalidToken, unsupportedOperation } from './answer.ts';
import { TokenAuth } from './auth/token.ts';
import { unavailable } from './engines/unavailable.ts';
import { LeaseStore } from './leases.ts';
import { MountFactory } from './mount-factory.ts';
import { Mount } from './mounts.ts';
import { NamespaceTree } from './namespaces.ts';
import { Acl } from './policies/acl.ts';
import { render } from './render.ts';
import { SystemBackend } from './system/system.ts';
import { TokenStore, usedUp } from './tokens.ts';
import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import type { Answer, JsonObject } from './answer.ts';
import type { Backend } from './backend.ts';
import type { AuthDefaults } from './mount-factory.ts';
import type { Namespace } from './namespaces.ts';
import type { Operation } from './policies/acl.ts';
import type { Rendered } from './render.ts';
import type { TokenEntry } from './tokens.ts';

/** A request as it came in, free of HTTP. */
export interface CoreRequest {
  readonly operation: 'read' | 'list' | 'update' | 'delete';
  /** The path after `/v1/`, decoded. */
  readonly path: string;
  readonly data: JsonObject;
  /** The `X-Vault-Namespace` header, empty for none. */
  readonly namespace: string;
  /** The token, empty for none. */
  readonly token: string;
  /** The certificate that the client showed when it connected. */
  readonly clientCertificate?: X509Certificate | undefined;
}

export interface CoreOptions {
  readonly clock: Clock;
  /** Made up by default. */
  readonly rootToken?: string | undefined;
  readonly auth?: AuthDefaults | undefined;
}

const selfPaths = /^auth\/token\/(lookup|renew|revoke)-self$/;
const leasePaths = /^sys\/(leases\/)?(renew|revoke|lookup)/;

const leaseWithoutToken = failure(
  400,
  'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.',
);

/** `.` and `..` as segments. */
const isRelative = (path: string): boolean => path.split('/').some((part) => part === '.' || part === '..');

/** Vault without its network: takes requests, checks tokens and policies, and hands on to what is mounted. */
export class VaultCore {
  readonly clock: Clock;
  readonly rootToken: string;
  readonly namespaces = new NamespaceTree();
  readonly tokens: TokenStore;
  readonly leases: LeaseStore;
  readonly factory: MountFactory;
  sealed = false;

  constructor(options: CoreOptions) {
    this.clock = options.clock;
    this.rootToken = options.rootToken ?? `hvs.${randomBytes(18).toString('base64url')}`;
    this.tokens = new TokenStore(this.clock);
    this.leases = new LeaseStore(this.clock, this.tokens);
    this.factory = new MountFactory(this.clock, this.tokens, this.leases, options.auth ?? {});
    this.tokens.addRoot(this.rootToken, this.namespaces.root);
    this.#furnish(this.namespaces.root);
  }

  /** The whole way of a request to Vault's status and body. */
  async handle(request: CoreRequest): Promise<Rendered> {
    const { namespace, path } = this.#locate(request);
    const mount = namespace.mounts.match(path);
    const answer = await this.#decide(request, namespace, path, mount);
    return render(answer, {
      requestId: randomUUID(),
      reading: request.operation === 'read' || request.operation === 'list',
      mountType: mount?.type ?? '',
    });
  }

  /** Makes a namespace with what every namespace has; false when it is there already or its parent is not. */
  addNamespace(path: string): boolean {
    const parent = path.split('/').slice(0, -2).join('/');
    if (this.namespaces.get(path) !== undefined) return false;
    if (parent !== '' && this.namespaces.get(`${parent}/`) === undefined) return false;
    this.#furnish(this.namespaces.add(path));
    return true;
  }

  aclOf(token: TokenEntry): Acl {
    const { namespace, policies } = token.specification;
    const found = policies
      .map((name) => namespace.policies.get(name))
      .filter((policy) => policy !== undefined);
    return new Acl(found, namespace.path, policies.includes('root'));
  }

  async #decide(
    request: CoreRequest,
    namespace: Namespace,
    path: string,
    mount: Mount | undefined,
  ): Promise<Answer> {
    const problem = this.#problem(request, path);
    if (problem !== undefined) return problem;
    const below = mount === undefined ? '' : path.slice(mount.fullPath.length);
    const token = this.tokens.lookup(request.token);
    const operation = this.#operationOf(request, mount, below);
    const open = mount?.backend.isOpen?.(below) === true;
    if (!open) {
      const refusal = this.#refusal(request, token, namespace.path + path, operation);
      if (refusal !== undefined) return refusal;
    }
    if (mount === undefined) return failure(404, `no handler for route "${path}". route entry not found.`);
    const answer = await mount.backend.handle({
      operation,
      path: below,
      fullPath: path,
      data: request.data,
      namespace,
      mount,
      token,
      tokenSent: request.token !== '',
      clientCertificate: request.clientCertificate,
    });
    // Errors of paths that need no token are not collected, so they are not printed as a list.
    if (open && answer === unsupportedOperation) return failure(405, 'unsupported operation');
    return this.#checkLease(answer, token);
  }

  /** A token's last request gets no lease, which would have ended with it. */
  #checkLease(answer: Answer, token: TokenEntry | undefined): Answer {
    if (token?.usesLeft !== usedUp || answer.kind !== 'data') return answer;
    const id = answer.lease?.id ?? '';
    if (id === '') return answer;
    this.leases.revoke(id);
    return leaseWithoutToken;
  }

  /** What refuses a request whoever sends it. */
  #problem(request: CoreRequest, path: string): Answer | undefined {
    if (isRelative(path)) return failure(400, 'relative paths not supported');
    if (this.sealed) return failure(503, 'Vault is sealed');
    return request.operation === 'update' && path.endsWith('/')
      ? failure(400, "cannot write to a path ending in '/'")
      : undefined;
  }

  /** Writes are a creation or an update, which policies tell apart, by what the backend says is there. */
  #operationOf(request: CoreRequest, mount: Mount | undefined, below: string): Operation {
    if (request.operation !== 'update') return request.operation;
    return mount?.backend.exists?.(below) === false ? 'create' : 'update';
  }

  #refusal(
    request: CoreRequest,
    token: TokenEntry | undefined,
    fullPath: string,
    operation: Operation,
  ): Answer | undefined {
    if (request.token === '') return denied;
    if (token === undefined) return invalidToken;
    this.tokens.use(token);
    const sudo = /(^|\/)sys\/auth\/./.test(fullPath);
    return this.aclOf(token).allows(operation, fullPath, sudo) ? undefined : deniedByPolicy;
  }

  /** The namespace and the path in it. What a token does with itself happens in its own namespace, and so with leases. */
  #locate(request: CoreRequest): { readonly namespace: Namespace; readonly path: string } {
    const found = this.namespaces.resolve(request.namespace, request.path);
    const slash = request.operation === 'list' && !found.path.endsWith('/') ? '/' : '';
    const path = found.path + slash;
    return { namespace: this.#ownNamespace(request, path) ?? found.namespace, path };
  }

  #ownNamespace(request: CoreRequest, path: string): Namespace | undefined {
    if (selfPaths.test(path)) return this.tokens.lookup(request.token)?.specification.namespace;
    if (!leasePaths.test(path)) return undefined;
    const lease = request.data['lease_id'];
    const [, id] = /\.([^./]+)$/.exec(typeof lease === 'string' ? lease : path) ?? [];
    return id === undefined ? undefined : this.namespaces.withId(id);
  }

  #furnish(namespace: Namespace): void {
    const prefix = namespace.path === '' ? '' : 'ns_';
    const add = (path: string, table: 'secret' | 'auth', what: [string, string], backend: Backend): void => {
      const [type, description] = what;
      namespace.mounts.add(new Mount(path, { table, type: prefix + type, description }, backend));
    };
    const system = new SystemBackend({
      leases: this.leases,
      factory: this.factory,
      aclOf: (token) => this.aclOf(token),
      addNamespace: (path) => this.addNamespace(path),
    });
    add('sys/', 'secret', ['system', 'system endpoints used for control, policy and debugging'], system);
    add('cubbyhole/', 'secret', ['cubbyhole', 'per-token private secret storage'], unavailable);
    add('identity/', 'secret', ['identity', 'identity store'], unavailable);
    add('token/', 'auth', ['token', 'token based credentials'], new TokenAuth(this.tokens));
  }
}
