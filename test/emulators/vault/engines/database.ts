import { randomBytes } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import { dataAnswer, empty, errorList, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { Fields } from '../fields.ts';
import { noTerms } from '../ttl.ts';
import { StaticRoles } from './database-static.ts';
import { listBelow } from './listing.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { LeaseStore } from '../leases.ts';
import type { TtlTerms } from '../ttl.ts';

interface Role {
  readonly data: JsonObject;
  readonly terms: TtlTerms;
}

const random = (length: number): string =>
  randomBytes(length * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length);

const randomPassword = (): string => `${random(4)}-${random(15)}`;

/** The name of a made user, as Vault's default template builds it for PostgreSQL. */
const userName = (displayName: string, role: string, seconds: number): string =>
  `v-${displayName.slice(0, 8)}-${role.slice(0, 8)}-${random(20)}-${seconds}`;

/**
 * The database engine without databases: `roles/<name>` takes `default_ttl` and `max_ttl`, `creds/<name>` makes up a user
 * and leases it (https://github.com/hashicorp/vault/tree/main/builtin/logical/database); static roles are in
 * database-static.ts. What is written to `config/` is kept.
 */
export class DatabaseEngine implements Backend {
  readonly #roles = new Map<string, Role>();
  readonly #connections = new Map<string, JsonObject>();
  readonly #static: StaticRoles;
  readonly #clock: Clock;
  readonly #leases: LeaseStore;

  constructor(clock: Clock, leases: LeaseStore) {
    this.#clock = clock;
    this.#leases = leases;
    this.#static = new StaticRoles(clock, randomPassword);
  }

  exists(path: string): boolean {
    return !path.startsWith('roles/') || this.#roles.has(path.slice('roles/'.length));
  }

  handle(request: BackendRequest): Answer {
    const answer = this.#static.handle(request);
    if (answer !== undefined) return answer;
    const [, area, name = ''] = /^(creds|roles|config)\/(.*)$/s.exec(request.path) ?? [];
    if (area === undefined) return unsupportedPath;
    if (area === 'creds')
      return request.operation === 'read' ? this.#credentials(name, request) : unsupportedOperation;
    if (request.operation === 'list')
      return listBelow((area === 'roles' ? this.#roles : this.#connections).keys(), '');
    return area === 'roles' ? this.#role(name, request) : this.#connection(name, request);
  }

  #credentials(name: string, request: BackendRequest): Answer {
    const terms = (): Result<TtlTerms, string> => {
      const role = this.#roles.get(name);
      return role === undefined
        ? err(`failed to renew entry: error during renew: could not find role with name "${name}"`)
        : ok(role.terms);
    };
    const { token, namespace, mount, fullPath } = request;
    if (token === undefined || !this.#roles.has(name)) return failure(400, `unknown role: ${name}`);
    const lease = this.#leases.issue({
      path: fullPath,
      namespace,
      token,
      limits: mount.limits,
      renewable: true,
      terms,
    });
    if (!lease.ok) return failure(500, errorList(lease.error));
    const seconds = Math.floor(this.#clock.now() / 1000);
    const data = {
      username: userName(token.specification.displayName, name, seconds),
      password: randomPassword(),
    };
    return { kind: 'data', data, lease: lease.value.block, warnings: lease.value.warnings };
  }

  #role(name: string, request: BackendRequest): Answer {
    if (request.operation === 'read') {
      const role = this.#roles.get(name);
      return role === undefined ? empty : dataAnswer(role.data);
    }
    if (request.operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    const fields = new Fields(request.data);
    const ttl = fields.seconds('default_ttl') ?? 0;
    const maxTtl = fields.seconds('max_ttl') ?? 0;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    const data = { ...request.data, default_ttl: ttl, max_ttl: maxTtl };
    this.#roles.set(name, { data, terms: { ...noTerms, ttl, maxTtl } });
    return empty;
  }

  #connection(name: string, request: BackendRequest): Answer {
    if (request.operation === 'read') {
      const connection = this.#connections.get(name);
      if (connection === undefined) return empty;
      return dataAnswer(
        Object.fromEntries(Object.entries(connection).filter(([field]) => field !== 'password')),
      );
    }
    if (request.operation === 'delete') this.#connections.delete(name);
    else this.#connections.set(name, request.data);
    return empty;
  }
}
