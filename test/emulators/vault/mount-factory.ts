import { err, ok } from '../../../lib/result.ts';
import { AppRoleAuth } from './auth/app-role.ts';
import { CertificateAuth } from './auth/certificate.ts';
import { JwtAuth } from './auth/jwt.ts';
import { KubernetesAuth, type KubernetesAuthOptions } from './auth/kubernetes.ts';
import { Logins } from './auth/login.ts';
import { DatabaseEngine } from './engines/database.ts';
import { KvVersion1 } from './engines/kv-v1.ts';
import { KvVersion2 } from './engines/kv-v2.ts';
import { PkiEngine } from './engines/pki.ts';
import { unavailable } from './engines/unavailable.ts';
import { Mount } from './mounts.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';
import type { JsonObject } from './answer.ts';
import type { KeySource, RemoteKeySource } from '../shared/keys.ts';
import type { Reviewer } from './auth/token-review.ts';
import type { Backend } from './backend.ts';
import type { LeaseStore } from './leases.ts';
import type { MountSpecification } from './mounts.ts';
import type { TokenStore } from './tokens.ts';

/** What auth methods start with; a write to their `config` goes over it. */
export interface AuthDefaults {
  /** The keys that ServiceAccount tokens are signed with. */
  readonly keys?: KeySource | RemoteKeySource | undefined;
  /** Who asks for the review of a token; `strictest` by default. */
  readonly reviewer?: Reviewer | undefined;
  /** The audiences that mean the API server itself. */
  readonly apiAudiences?: readonly string[] | undefined;
  /** Whether what a token is bound to still exists; always, by default. */
  readonly isLive?: ((claims: JsonObject) => boolean) | undefined;
}

const defaultApiAudiences = [
  'https://kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local',
];

/** `kv-v2` is short for `kv` with its version as an option. */
function normalize(specification: MountSpecification): MountSpecification {
  const [, version] = /^kv-v([12])$/.exec(specification.type) ?? [];
  if (version === undefined) return specification;
  return { ...specification, type: 'kv', options: { ...specification.options, version } };
}

/** Makes mounts of every type that there is. */
export class MountFactory {
  readonly #clock: Clock;
  readonly #leases: LeaseStore;
  readonly #logins: Logins;
  readonly #defaults: AuthDefaults;

  constructor(clock: Clock, tokens: TokenStore, leases: LeaseStore, defaults: AuthDefaults) {
    this.#clock = clock;
    this.#leases = leases;
    this.#logins = new Logins(tokens);
    this.#defaults = defaults;
  }

  /** A mount at `path`, which ends in a slash; the error is Vault's for a type that it has no plugin for. */
  make(path: string, specification: MountSpecification, auth: AuthDefaults = {}): Result<Mount, string> {
    const normal = normalize(specification);
    const backend = normal.table === 'auth' ? this.#authMethod(normal, auth) : this.#engine(normal);
    return backend === undefined
      ? err(`plugin not found in the catalog: ${normal.type}`)
      : ok(new Mount(path, normal, backend));
  }

  #engine(specification: MountSpecification): Backend | undefined {
    if (specification.type === 'database') return new DatabaseEngine(this.#clock, this.#leases);
    if (specification.type === 'pki') return new PkiEngine(this.#clock, this.#leases);
    if (specification.type === 'transit') return unavailable;
    if (specification.type !== 'kv' && specification.type !== 'generic') return undefined;
    return specification.options?.['version'] === '2' ? new KvVersion2(this.#clock) : new KvVersion1();
  }

  #authMethod(specification: MountSpecification, own: AuthDefaults): Backend | undefined {
    const clock = this.#clock;
    const logins = this.#logins;
    const keys = own.keys ?? this.#defaults.keys;
    switch (specification.type) {
      case 'approle':
        return new AppRoleAuth({ clock, logins });
      case 'cert':
        return new CertificateAuth({ clock, logins });
      case 'jwt':
        return new JwtAuth({ clock, logins, keys });
      case 'kubernetes':
        return new KubernetesAuth({ clock, logins, keys, review: this.#review(own) });
      default:
        return undefined;
    }
  }

  #review(own: AuthDefaults): KubernetesAuthOptions['review'] {
    return {
      reviewer: own.reviewer ?? this.#defaults.reviewer ?? 'strictest',
      apiAudiences: own.apiAudiences ?? this.#defaults.apiAudiences ?? defaultApiAudiences,
      isLive: own.isLive ?? this.#defaults.isLive ?? ((): boolean => true),
    };
  }
}
