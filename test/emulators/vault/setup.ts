import type { JsonObject } from './answer.ts';
import type { AuthDefaults } from './mount-factory.ts';

export interface AuthSetup extends AuthDefaults {
  readonly type: 'kubernetes' | 'jwt' | 'approle' | 'cert';
  /** Written to the method's `config`. */
  readonly config?: JsonObject | undefined;
  /** Written to `role/<name>`; of `approle`, a `role_id` may be among them. Of `cert`, written to `certs/<name>`. */
  readonly roles?: Readonly<Record<string, JsonObject>> | undefined;
  /** Of `approle`, by role: secret ids that are good as often and as long as the role says. */
  readonly secretIds?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface EngineSetup {
  /** `kv` by default. */
  readonly type?: 'kv' | 'database' | 'pki' | 'transit' | undefined;
  /** Of `kv`; 2 by default. */
  readonly version?: 1 | 2 | undefined;
  readonly description?: string | undefined;
  /** Written to `roles/<name>`: `{default_ttl, max_ttl}` of `database`, whom `pki` issues to. */
  readonly roles?: Readonly<Record<string, JsonObject>> | undefined;
  /** Of `database`, written to `static-roles/<name>`: `{username, rotation_period}`. */
  readonly staticRoles?: Readonly<Record<string, JsonObject>> | undefined;
}

/** What a Vault, or one namespace of it, is to hold. Applied in this order. */
export interface VaultSetup {
  /** HCL, JSON text, or the JSON itself, by policy name. */
  readonly policies?: Readonly<Record<string, string | JsonObject>> | undefined;
  /** By mount path, `kubernetes` for `auth/kubernetes`. */
  readonly auth?: Readonly<Record<string, AuthSetup>> | undefined;
  /** By mount path, which may have several segments. */
  readonly mounts?: Readonly<Record<string, EngineSetup>> | undefined;
  /** By mount path and key, without `data/`. */
  readonly secrets?: Readonly<Record<string, JsonObject>> | undefined;
  /** By name. */
  readonly namespaces?: Readonly<Record<string, VaultSetup>> | undefined;
}
