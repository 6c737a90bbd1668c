import { dataAnswer, empty, failure, unsupportedOperation } from '../answer.ts';
import { Fields } from '../fields.ts';
import { listBelow } from './listing.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Answer } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';

interface StaticRole {
  readonly username: string;
  /** Seconds. */
  readonly period: number;
  /** Milliseconds since the epoch. */
  rotated: number;
  password: string;
}

/**
 * Users that are there already, whose password Vault changes every `rotation_period`: `static-roles/<name>`, read at
 * `static-creds/<name>` without a lease, changed at once by `rotate-role/<name>`
 * (https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role).
 */
export class StaticRoles {
  readonly #roles = new Map<string, StaticRole>();
  readonly #clock: Clock;
  readonly #password: () => string;

  constructor(clock: Clock, password: () => string) {
    this.#clock = clock;
    this.#password = password;
  }

  /** The answer to a path of static roles; undefined for others. */
  handle(request: BackendRequest): Answer | undefined {
    const [, area, name = ''] = /^(static-roles|static-creds|rotate-role)\/(.*)$/s.exec(request.path) ?? [];
    if (area === undefined) return undefined;
    if (area === 'static-roles') return this.#role(name, request);
    const role = this.#roles.get(name);
    if (request.operation !== (area === 'static-creds' ? 'read' : 'update')) return unsupportedOperation;
    if (role === undefined) return failure(400, `unknown role: ${name}`);
    if (area === 'static-creds') return dataAnswer(this.#credentials(role));
    this.#rotate(role, this.#clock.now());
    return empty;
  }

  #role(name: string, request: BackendRequest): Answer {
    if (request.operation === 'list') return listBelow(this.#roles.keys(), '');
    if (request.operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    if (request.operation === 'read') {
      const role = this.#roles.get(name);
      return role === undefined
        ? empty
        : dataAnswer({ username: role.username, rotation_period: role.period });
    }
    const fields = new Fields(request.data);
    const username = fields.text('username');
    const period = fields.seconds('rotation_period') ?? 0;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (username === '') return failure(400, 'username is a required field to create a static account');
    if (period < 5) return failure(400, 'rotation_period must be 5 seconds or more');
    this.#roles.set(name, { username, period, rotated: this.#clock.now(), password: this.#password() });
    return empty;
  }

  /** Catches up with the rotations that were due since. */
  #credentials(role: StaticRole): Record<string, unknown> {
    const now = this.#clock.now();
    const due = Math.floor((now - role.rotated) / (role.period * 1000));
    if (due > 0) this.#rotate(role, role.rotated + due * role.period * 1000);
    return {
      last_vault_rotation: new Date(role.rotated).toISOString(),
      password: role.password,
      rotation_period: role.period,
      ttl: Math.trunc((role.rotated + role.period * 1000 - now) / 1000),
      username: role.username,
    };
  }

  #rotate(role: StaticRole, at: number): void {
    role.rotated = at;
    role.password = this.#password();
  }
}
