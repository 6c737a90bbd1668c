import { err, ok } from '../../../../lib/result.ts';
import { dataAnswer, denied, empty, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { listBelow } from '../engines/listing.ts';
import { Fields } from '../fields.ts';
import { claimsProblem, decodeJwt } from './claims.ts';
import { kubernetesConfiguration } from './kubernetes-configuration.ts';
import { kubernetesRole, showKubernetesRole } from './kubernetes-role.ts';
import { passesReview, serviceAccountOf } from './token-review.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';
import type { KubernetesConfiguration } from './kubernetes-configuration.ts';
import type { KubernetesRole } from './kubernetes-role.ts';
import type { Identity, Logins } from './login.ts';
import type { ReviewSettings, ServiceAccount } from './token-review.ts';

export interface KubernetesAuthOptions {
  readonly clock: Clock;
  readonly logins: Logins;
  /** The keys of the API server; without them the method is not configured until `config` is written with `pem_keys`. */
  readonly keys: KeySource | RemoteKeySource | undefined;
  readonly review: Omit<ReviewSettings, 'keys'>;
}

/** Why a token is refused before any review, in the plugin's own words. */
function refusalOf(
  role: KubernetesRole,
  claims: JsonObject,
  issuer: string,
  now: number,
): Answer | undefined {
  const audiences = role.audience === '' ? [] : [role.audience];
  const problem = claimsProblem(claims, { issuer, audiences, allowNoTimes: true }, now);
  if (problem !== undefined) return failure(403, problem);
  const account = serviceAccountOf(claims);
  if (!role.admitsName(account.name)) return failure(403, 'service account name not authorized');
  if (!role.admitsNamespace(account.namespace)) return failure(403, 'namespace not authorized');
  return account.uid === '' ? failure(500, 'could not parse UID from claims') : undefined;
}

/**
 * The Kubernetes auth method (https://github.com/hashicorp/vault-plugin-auth-kubernetes/blob/main/path_login.go): first the
 * claims, whose mistakes it names, then the review, of which it says no more than "permission denied".
 */
export class KubernetesAuth implements Backend {
  readonly #options: KubernetesAuthOptions;
  readonly #roles = new Map<string, KubernetesRole>();
  #configuration: KubernetesConfiguration | undefined;

  constructor(options: KubernetesAuthOptions) {
    this.#options = options;
    const { keys, review } = options;
    this.#configuration = keys === undefined ? undefined : { review: { ...review, keys }, issuer: '' };
  }

  isOpen(path: string): boolean {
    return path === 'login';
  }

  exists(path: string): boolean {
    return !path.startsWith('role/') || this.#roles.has(path.slice('role/'.length).toLowerCase());
  }

  handle(request: BackendRequest): Answer | Promise<Answer> {
    const { path, operation } = request;
    if (path === 'login') return operation === 'update' ? this.#logIn(request) : unsupportedOperation;
    if (path === 'config') return operation === 'update' ? this.#configure(request) : unsupportedOperation;
    if (path === 'role/' && operation === 'list') return listBelow(this.#roles.keys(), '');
    if (path.startsWith('role/')) return this.#role(path.slice('role/'.length).toLowerCase(), request);
    return unsupportedPath;
  }

  async #logIn(request: BackendRequest): Promise<Answer> {
    const fields = new Fields(request.data);
    const [name, token] = [fields.text('role'), fields.text('jwt')];
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (name === '' || token === '') return failure(400, `missing ${name === '' ? 'role' : 'jwt'}`);
    const role = this.#roles.get(name.toLowerCase());
    if (role === undefined) return failure(400, `invalid role name "${name}"`);
    if (this.#configuration === undefined) return failure(500, 'could not load backend configuration');
    const { review, issuer } = this.#configuration;
    const claims = decodeJwt(token);
    if (claims === undefined) return denied;
    const now = this.#options.clock.now();
    const refusal = refusalOf(role, claims, issuer, now);
    if (refusal !== undefined) return refusal;
    if (!(await passesReview(review, token, role.audience, now))) return denied;
    return this.#options.logins.logIn(request, this.#identify(name, role, serviceAccountOf(claims)));
  }

  #identify(role: string, { parameters }: KubernetesRole, account: ServiceAccount): Identity {
    return {
      alias: account.uid,
      displayName: `${account.namespace}-${account.name}`,
      metadata: {
        role,
        service_account_name: account.name,
        service_account_namespace: account.namespace,
        service_account_secret_name: '',
        service_account_uid: account.uid,
      },
      parameters,
      renewalTerms: () => {
        const current = this.#roles.get(role.toLowerCase());
        return current === undefined
          ? err(`role ${role} does not exist during renewal`)
          : ok(current.parameters.terms);
      },
    };
  }

  #configure(request: BackendRequest): Answer {
    const { keys, review } = this.#options;
    const configuration = kubernetesConfiguration(request.data, keys, review);
    if (!configuration.ok) return failure(400, configuration.error);
    this.#configuration = configuration.value;
    return empty;
  }

  #role(name: string, request: BackendRequest): Answer {
    const present = this.#roles.get(name);
    if (request.operation === 'read')
      return present === undefined ? empty : dataAnswer(showKubernetesRole(present));
    if (request.operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    const role = kubernetesRole({ ...present?.data, ...request.data });
    if (!role.ok) return failure(400, role.error);
    this.#roles.set(name, role.value);
    if (role.value.audience !== '') return empty;
    const warning = `Role ${name} does not have an audience configured. While audiences are not required, consider specifying one if your use case would benefit from additional JWT claim verification.`;
    return { kind: 'data', data: null, warnings: [warning] };
  }
}
