import { randomUUID } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import { dataAnswer, empty, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { listBelow } from '../engines/listing.ts';
import { Fields } from '../fields.ts';
import { appRoleTerms, showAppRole, unbound, type AppRoleTerms } from './app-role-role.ts';
import { newSecretId } from './secret-id-request.ts';
import { SecretIds } from './secret-ids.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { Identity, Logins } from './login.ts';

export interface AppRoleAuthOptions {
  readonly clock: Clock;
  readonly logins: Logins;
}

interface AppRole {
  readonly name: string;
  terms: AppRoleTerms;
  roleId: string;
  readonly secretIds: SecretIds;
}

/** Vault does not say which half was wrong. */
const invalidLogin = failure(400, 'invalid role or secret ID');

type Verb = (role: AppRole, request: BackendRequest) => Answer;

/**
 * The AppRole auth method (https://developer.hashicorp.com/vault/api-docs/auth/approle): a role id, which is no secret, and secret ids, which
 * may end after a time or a number of logins. Nothing is bound to addresses.
 */
export class AppRoleAuth implements Backend {
  readonly #options: AppRoleAuthOptions;
  readonly #roles = new Map<string, AppRole>();
  readonly #verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
    ['', (role, request) => this.#showOrDelete(role, request)],
    ['role-id', (role, request) => this.#roleId(role, request)],
    ['secret-id', (role, request) => this.#secretId(role, request)],
    ['custom-secret-id', (role, request) => this.#customSecretId(role, request)],
    ['secret-id/destroy', (role, request) => this.#destroy(role, request)],
  ]);

  constructor(options: AppRoleAuthOptions) {
    this.#options = options;
  }

  isOpen(path: string): boolean {
    return path === 'login';
  }

  exists(path: string): boolean {
    const [, name = ''] = /^role\/([^/]+)$/.exec(path) ?? [];
    return name === '' || this.#roles.has(name.toLowerCase());
  }

  handle(request: BackendRequest): Answer {
    const { path, operation } = request;
    if (path === 'login') return operation === 'update' ? this.#logIn(request) : unsupportedOperation;
    if (path === 'role/' && operation === 'list') return listBelow(this.#roles.keys(), '');
    const [, name = '', rest = ''] = /^role\/([^/]+)(?:\/(.+?)\/?)?$/.exec(path) ?? [];
    const verb = this.#verbs.get(rest);
    return name === '' || verb === undefined ? unsupportedPath : this.#act(name.toLowerCase(), verb, request);
  }

  #act(name: string, verb: Verb, request: BackendRequest): Answer {
    const { path, operation } = request;
    const writes = operation === 'create' || operation === 'update';
    const isRole = !path.slice('role/'.length).includes('/');
    if (isRole && writes) return this.#write(name, request.data);
    const role = this.#roles.get(name);
    if (role !== undefined) return verb(role, request);
    if (!writes) return empty;
    return verb === this.#verbs.get('role-id')
      ? unsupportedPath
      : failure(404, `role "${name}" does not exist`);
  }

  #logIn(request: BackendRequest): Answer {
    const fields = new Fields(request.data);
    const [roleId, secretId] = [fields.text('role_id').trim(), fields.text('secret_id').trim()];
    if (roleId === '') return failure(500, 'missing role_id');
    const role = [...this.#roles.values()].find((one) => one.roleId === roleId);
    if (role === undefined) return invalidLogin;
    if (secretId === '') return failure(400, 'missing secret_id');
    const used = role.secretIds.use(secretId);
    return used === undefined
      ? invalidLogin
      : this.#options.logins.logIn(request, this.#identify(role, used.metadata));
  }

  #identify({ name, roleId, terms }: AppRole, metadata: Readonly<Record<string, string>>): Identity {
    return {
      alias: roleId,
      displayName: '',
      metadata: { ...metadata, role_name: name },
      parameters: terms.parameters,
      renewalTerms: () => {
        const current = this.#roles.get(name);
        return current === undefined
          ? err(`role "${name}" does not exist during renewal`)
          : ok(current.terms.parameters.terms);
      },
    };
  }

  #write(name: string, data: JsonObject): Answer {
    const present = this.#roles.get(name);
    const terms = appRoleTerms({ ...present?.terms.data, ...data });
    if (!terms.ok) return failure(terms.error === unbound ? 500 : 400, terms.error);
    const roleId = new Fields(data).text('role_id') || (present?.roleId ?? randomUUID());
    const secretIds = present?.secretIds ?? new SecretIds(this.#options.clock);
    this.#roles.set(name, { name, terms: terms.value, roleId, secretIds });
    return empty;
  }

  #showOrDelete(role: AppRole, { operation }: BackendRequest): Answer {
    if (operation === 'read') return dataAnswer(showAppRole(role.terms));
    if (operation !== 'delete') return unsupportedOperation;
    this.#roles.delete(role.name);
    return empty;
  }

  #roleId(role: AppRole, { operation, data }: BackendRequest): Answer {
    if (operation === 'read') return dataAnswer({ role_id: role.roleId });
    const roleId = new Fields(data).text('role_id');
    if (roleId === '') return failure(400, 'missing role_id');
    role.roleId = roleId;
    return empty;
  }

  #secretId(role: AppRole, { operation, data }: BackendRequest): Answer {
    if (operation === 'list') return listBelow(role.secretIds.accessors(), '');
    return operation === 'update' ? newSecretId(randomUUID(), role, data) : unsupportedOperation;
  }

  #customSecretId(role: AppRole, { operation, data }: BackendRequest): Answer {
    if (operation !== 'update') return unsupportedOperation;
    const id = new Fields(data).text('secret_id');
    return id === '' ? failure(400, 'missing secret_id') : newSecretId(id, role, data);
  }

  #destroy(role: AppRole, { data }: BackendRequest): Answer {
    role.secretIds.destroy(new Fields(data).text('secret_id'));
    return empty;
  }
}
