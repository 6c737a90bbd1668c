import { randomBytes, randomUUID } from 'node:crypto';
import { systemLimits } from './ttl.ts';
import type { JsonObject } from './answer.ts';
import type { Backend } from './backend.ts';
import type { TtlLimits } from './ttl.ts';

export interface MountSpecification {
  readonly table: 'secret' | 'auth';
  /** `kv`, `database`, `kubernetes`, …; what `sys/internal/ui/mounts` shows. */
  readonly type: string;
  readonly description?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** 0 is the system's own. */
  readonly defaultLeaseSeconds?: number | undefined;
  readonly maxLeaseSeconds?: number | undefined;
}

/** A backend at a path of one namespace. */
export class Mount {
  /** The path below its table, ending in a slash: `secret/`, `kubernetes/`. */
  readonly path: string;
  readonly table: 'secret' | 'auth';
  readonly type: string;
  readonly accessor: string;
  readonly backend: Backend;
  readonly limits: TtlLimits;
  readonly #specification: MountSpecification;
  readonly #uuid = randomUUID();

  constructor(path: string, specification: MountSpecification, backend: Backend) {
    this.path = path;
    this.table = specification.table;
    this.type = specification.type;
    this.backend = backend;
    this.accessor = `${this.table === 'auth' ? 'auth_' : ''}${this.type}_${randomBytes(4).toString('hex')}`;
    this.#specification = specification;
    this.limits = {
      defaultSeconds: specification.defaultLeaseSeconds || systemLimits.defaultSeconds,
      maxSeconds: specification.maxLeaseSeconds || systemLimits.maxSeconds,
    };
  }

  /** The path that requests have: `secret/`, `auth/kubernetes/`. */
  get fullPath(): string {
    return this.table === 'auth' ? `auth/${this.path}` : this.path;
  }

  /** How Vault describes a mount. */
  describe(): JsonObject {
    const { description, options, defaultLeaseSeconds, maxLeaseSeconds } = this.#specification;
    return {
      accessor: this.accessor,
      config: {
        default_lease_ttl: defaultLeaseSeconds ?? 0,
        force_no_cache: false,
        max_lease_ttl: maxLeaseSeconds ?? 0,
        ...(this.table === 'auth' ? { token_type: 'default-service' } : {}),
      },
      description: description ?? '',
      external_entropy_access: false,
      local: false,
      options: options ?? null,
      plugin_version: '',
      running_plugin_version: '',
      running_sha256: '',
      seal_wrap: false,
      type: this.type,
      uuid: this.#uuid,
    };
  }
}

/** The mounts of one namespace, secret engines and auth methods together, by the paths that requests have. */
export class MountTable {
  readonly #mounts = new Map<string, Mount>();

  /** The mount with the longest path that the request's path starts with; a bare `secret` means `secret/`. */
  match(path: string): Mount | undefined {
    const candidates = [...this.#mounts.values()].filter((mount) => path.startsWith(mount.fullPath));
    const longest = candidates.sort((a, b) => b.fullPath.length - a.fullPath.length)[0];
    return longest ?? this.#mounts.get(`${path}/`);
  }

  get(fullPath: string): Mount | undefined {
    return this.#mounts.get(fullPath);
  }

  /** The mount that `fullPath` would lie in or on, or that would lie in it; Vault allows neither. */
  conflict(fullPath: string): Mount | undefined {
    return [...this.#mounts.values()].find(
      (mount) => mount.fullPath.startsWith(fullPath) || fullPath.startsWith(mount.fullPath),
    );
  }

  add(mount: Mount): void {
    this.#mounts.set(mount.fullPath, mount);
  }

  remove(fullPath: string): boolean {
    return this.#mounts.delete(fullPath);
  }

  /** The mounts of one table, by path. */
  list(table: 'secret' | 'auth'): Mount[] {
    const mounts = [...this.#mounts.values()].filter((mount) => mount.table === table);
    return mounts.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
