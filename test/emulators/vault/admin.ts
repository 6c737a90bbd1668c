import type { JsonObject } from './answer.ts';
import type { CoreRequest, VaultCore } from './core.ts';
import type { Lease } from './leases.ts';
import type { Rendered } from './render.ts';
import type { AuthSetup, EngineSetup, VaultSetup } from './setup.ts';

/** Where an administrator's call happens: the root namespace by default. */
export interface InNamespace {
  readonly namespace?: string;
}

/** The certificate authority of a PKI engine that is mounted here. */
const root = { common_name: 'Vault stand-in root', key_type: 'ec' };

const slashed = (path: string): string => `${path.replace(/^\/+|\/+$/g, '')}/`;

const entries = <T>(record: Readonly<Record<string, T>> | undefined): [string, T][] =>
  Object.entries(record ?? {});

/** Where a secret lies. */
interface Place {
  readonly namespace: string;
  readonly mount: string;
  readonly key: string;
  readonly version: number;
}

const dataPath = ({ mount, key, version }: Place): string =>
  version === 2 ? `${mount}data/${key}` : mount + key;

/**
 * What an administrator does to a Vault, for tests: every call goes the way of a request with the root token and throws
 * where Vault would refuse, since a test that cannot be set up is a bug.
 */
export class VaultAdmin {
  readonly #core: VaultCore;

  constructor(core: VaultCore) {
    this.#core = core;
  }

  get rootToken(): string {
    return this.#core.rootToken;
  }

  /** Any request, as root unless `token` says otherwise; Vault's status and body, refusals too. */
  async request(
    operation: CoreRequest['operation'],
    path: string,
    data: JsonObject = {},
    options: InNamespace & { readonly token?: string } = {},
  ): Promise<Rendered> {
    const { namespace = '', token = this.rootToken } = options;
    return await this.#core.handle({ operation, path, data, namespace, token });
  }

  /** Brings everything that the set-up describes into being. */
  async apply(setup: VaultSetup, namespace = ''): Promise<void> {
    const options = { namespace };
    for (const [name, rules] of entries(setup.policies)) await this.policy(name, rules, options);
    for (const [path, auth] of entries(setup.auth)) await this.enableAuth(path, auth, options);
    for (const [path, engine] of entries(setup.mounts)) await this.mount(path, engine, options);
    for (const [path, data] of entries(setup.secrets)) await this.write(path, data, options);
    for (const [name, inner] of entries(setup.namespaces)) {
      await this.#must('update', `sys/namespaces/${name}`, {}, options);
      await this.apply(inner, `${namespace}${name}/`);
    }
  }

  async policy(name: string, rules: string | JsonObject, options: InNamespace = {}): Promise<void> {
    const policy = typeof rules === 'string' ? rules : JSON.stringify(rules);
    await this.#must('update', `sys/policies/acl/${name}`, { policy }, options);
  }

  /** Enables an auth method at a path, with its keys, its configuration and its roles. */
  async enableAuth(path: string, setup: AuthSetup, options: InNamespace = {}): Promise<void> {
    const { namespace } = this.#core.namespaces.resolve(options.namespace ?? '', '');
    const mount = this.#core.factory.make(
      slashed(path),
      { table: 'auth', type: setup.type, options: {} },
      setup,
    );
    if (!mount.ok) throw new Error(mount.error);
    const conflict = namespace.mounts.conflict(mount.value.fullPath);
    if (conflict !== undefined) throw new Error(`path is already in use at ${conflict.path}`);
    namespace.mounts.add(mount.value);
    if (setup.config !== undefined)
      await this.#must('update', `auth/${slashed(path)}config`, setup.config, options);
    for (const [name, role] of entries(setup.roles)) await this.role(path, name, role, options);
    for (const [role, ids] of entries(setup.secretIds))
      for (const id of ids) await this.secretId(path, role, { secret_id: id }, options);
  }

  /** Gives out a secret id of an AppRole, `secret_id` or a made up one, as often and as long good as the fields say. */
  async secretId(
    auth: string,
    role: string,
    data: JsonObject = {},
    options: InNamespace = {},
  ): Promise<string> {
    const verb = data['secret_id'] === undefined ? 'secret-id' : 'custom-secret-id';
    const written = await this.#must('update', `auth/${slashed(auth)}role/${role}/${verb}`, data, options);
    return (written.body?.['data'] as { secret_id: string }).secret_id;
  }

  /** Writes a role of the auth method at a path. */
  async role(auth: string, name: string, data: JsonObject, options: InNamespace = {}): Promise<void> {
    const { namespace } = this.#core.namespaces.resolve(options.namespace ?? '', '');
    const folder = namespace.mounts.get(`auth/${slashed(auth)}`)?.type === 'cert' ? 'certs' : 'role';
    await this.#must('update', `auth/${slashed(auth)}${folder}/${name}`, data, options);
  }

  /** Mounts a secret engine, KV version 2 unless it says otherwise; one of type `pki` gets a certificate authority. */
  async mount(path: string, setup: EngineSetup = {}, options: InNamespace = {}): Promise<void> {
    const { type = 'kv', version = 2, description = '', roles, staticRoles } = setup;
    const engine = { type, description, ...(type === 'kv' ? { options: { version: String(version) } } : {}) };
    await this.#must('update', `sys/mounts/${slashed(path).slice(0, -1)}`, engine, options);
    if (type === 'pki') await this.#must('update', `${slashed(path)}root/generate/internal`, root, options);
    for (const [name, role] of entries(roles))
      await this.#must('update', `${slashed(path)}roles/${name}`, role, options);
    for (const [name, role] of entries(staticRoles))
      await this.#must('update', `${slashed(path)}static-roles/${name}`, role, options);
  }

  async unmount(path: string, options: InNamespace = {}): Promise<void> {
    await this.#must('delete', `sys/mounts/${path}`, {}, options);
  }

  /** Writes a secret by mount path and key, whatever the version of the engine; the version number, 0 for KV version 1. */
  async write(
    path: string,
    data: JsonObject,
    options: InNamespace & { readonly cas?: number } = {},
  ): Promise<number> {
    const place = this.#place(path, options);
    if (place.version !== 2) {
      await this.#must('update', place.mount + place.key, data, place);
      return 0;
    }
    const cas = options.cas === undefined ? {} : { options: { cas: options.cas } };
    const written = await this.#must('update', `${place.mount}data/${place.key}`, { data, ...cas }, place);
    return (written.body?.['data'] as { version: number }).version;
  }

  /** Gives a secret of KV version 2 custom metadata, in place of what it has. */
  async tag(
    path: string,
    metadata: Readonly<Record<string, string>>,
    options: InNamespace = {},
  ): Promise<void> {
    const place = this.#place(path, options);
    await this.#must('update', `${place.mount}metadata/${place.key}`, { custom_metadata: metadata }, place);
  }

  /** Writes new values over some fields of a secret, the others staying as they are; the version number. */
  async rotate(path: string, changes: JsonObject, options: InNamespace = {}): Promise<number> {
    return await this.write(path, { ...(await this.read(path, options)), ...changes }, options);
  }

  /** The fields of a secret; undefined where there is none. */
  async read(path: string, options: InNamespace = {}): Promise<JsonObject | undefined> {
    const place = this.#place(path, options);
    const read = await this.request('read', dataPath(place), {}, place);
    if (read.status !== 200) return undefined;
    const data = read.body?.['data'] as JsonObject;
    return place.version === 2 ? (data['data'] as JsonObject) : data;
  }

  /** Deletes a secret: softly where there are versions. */
  async delete(path: string, options: InNamespace = {}): Promise<void> {
    const place = this.#place(path, options);
    await this.#must('delete', dataPath(place), {}, place);
  }

  /** Takes back the deletion of versions. */
  async undelete(path: string, versions: readonly number[], options: InNamespace = {}): Promise<void> {
    const place = this.#place(path, options);
    await this.#must('update', `${place.mount}undelete/${place.key}`, { versions }, place);
  }

  /** Removes the data of versions for good. */
  async destroy(path: string, versions: readonly number[], options: InNamespace = {}): Promise<void> {
    const place = this.#place(path, options);
    await this.#must('update', `${place.mount}destroy/${place.key}`, { versions }, place);
  }

  /** Revokes every token but the root one, and with them their leases; how many there were. */
  revokeAllTokens(): number {
    return this.#core.tokens.revokeAll();
  }

  /** How many tokens can be used now, without the root one. */
  liveTokens(): number {
    return this.#core.tokens.live().length;
  }

  /** The leases that hold now. */
  liveLeases(): Lease[] {
    return this.#core.leases.live();
  }

  /** Seals: everything but health answers 503 until `unseal`. */
  seal(): void {
    this.#core.sealed = true;
  }

  unseal(): void {
    this.#core.sealed = false;
  }

  #place(path: string, options: InNamespace): Place {
    const { namespace, path: inner } = this.#core.namespaces.resolve(options.namespace ?? '', path);
    const mount = namespace.mounts.match(inner);
    if (mount?.type !== 'kv') throw new Error(`no KV engine is mounted at ${path}`);
    const engineOptions = mount.describe()['options'] as { version?: string } | null;
    const version = engineOptions?.version === '2' ? 2 : 1;
    const key = inner.slice(mount.fullPath.length);
    return { namespace: namespace.path, mount: mount.fullPath, key, version };
  }

  async #must(
    operation: CoreRequest['operation'],
    path: string,
    data: JsonObject,
    options: InNamespace,
  ): Promise<Rendered> {
    const namespace = options.namespace ?? '';
    const rendered = await this.request(operation, path, data, { namespace });
    if (rendered.status < 300) return rendered;
    throw new Error(`${operation} ${path}: ${rendered.status} ${JSON.stringify(rendered.body?.['errors'])}`);
  }
}
