import { longestPrefix, matchWildcards, reachesBelow } from './wildcard.ts';
import type { Capability, Policy } from './policy.ts';

/** What a request does, as Vault's policies see it. */
export type Operation = 'read' | 'list' | 'create' | 'update' | 'delete';

export type Capabilities = ReadonlySet<Capability>;

const hasSegmentWildcards = (path: string): boolean =>
  path === '+' || path.includes('/+') || path.startsWith('+/');

const grants = (capabilities: Capabilities): boolean => capabilities.size > 0 && !capabilities.has('deny');

/** Adds to what is said of a path; deny leaves nothing else standing. */
function merge(into: Map<string, Capabilities>, path: string, added: Capabilities): void {
  const present = into.get(path);
  if (present?.has('deny') === true) return;
  into.set(path, added.has('deny') ? new Set(['deny'] as const) : new Set([...(present ?? []), ...added]));
}

/**
 * What a token may do, put together from its policies
 * (https://github.com/hashicorp/vault/blob/main/vault/acl.go). Paths are full ones, with the namespace in front.
 */
export class Acl {
  readonly #exact = new Map<string, Capabilities>();
  readonly #prefixes = new Map<string, Capabilities>();
  readonly #wildcards = new Map<string, Capabilities>();
  readonly #rootOf: string | undefined;

  /** `namespace` is the path of the policies' namespace: empty, or ending in a slash. */
  constructor(policies: readonly Policy[], namespace: string, root: boolean) {
    this.#rootOf = root ? namespace : undefined;
    for (const rule of policies.flatMap((policy) => policy.rules)) {
      const path = namespace + rule.path;
      if (hasSegmentWildcards(path)) merge(this.#wildcards, path, rule.capabilities);
      else if (path.endsWith('*')) merge(this.#prefixes, path.slice(0, -1), rule.capabilities);
      else merge(this.#exact, path, rule.capabilities);
    }
  }

  /** Whether the operation is allowed; `sudo` for the few paths that ask for that capability as well. */
  allows(operation: Operation, path: string, sudo = false): boolean {
    if (this.#isRoot(path)) return true;
    const capabilities = this.#capabilities(path, operation === 'list');
    return capabilities.has(operation) && (!sudo || capabilities.has('sudo'));
  }

  /** Whether anything at all at or under a mount may be touched, which makes the mount visible to the token. */
  canSeeMount(mountPath: string): boolean {
    if (this.#isRoot(mountPath) || grants(this.#capabilities(mountPath, true))) return true;
    for (const rules of [this.#exact, this.#prefixes])
      for (const [path, capabilities] of rules)
        if (path.startsWith(mountPath) && grants(capabilities)) return true;
    return reachesBelow(this.#wildcards, mountPath, grants);
  }

  #isRoot(path: string): boolean {
    return this.#rootOf !== undefined && path.startsWith(this.#rootOf);
  }

  /** The rules of the one most specific path; a list also looks at its path without the last slash. */
  #capabilities(path: string, list: boolean): Capabilities {
    const bare = path.replace(/\/$/, '');
    return (
      this.#exact.get(path) ??
      (list ? this.#exact.get(bare) : undefined) ??
      this.#inexact(path) ??
      (list && bare !== path ? this.#inexact(bare) : undefined) ??
      new Set<Capability>()
    );
  }

  #inexact(path: string): Capabilities | undefined {
    const prefix = longestPrefix(this.#prefixes.keys(), path);
    const best = matchWildcards(this.#wildcards.keys(), path, prefix);
    if (best === undefined) return undefined;
    return best.wildcards === 0 ? this.#prefixes.get(best.path) : this.#wildcards.get(best.path);
  }
}
