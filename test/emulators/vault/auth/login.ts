import { randomUUID } from 'node:crypto';
import { given } from '../../../../lib/given.ts';
import { failure } from '../answer.ts';
import type { Result } from '../../../../lib/result.ts';
import type { Answer, AuthBlock } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';
import type { TokenEntry, TokenSpecification, TokenStore } from '../tokens.ts';
import type { TtlTerms } from '../ttl.ts';
import type { TokenParameters } from './token-parameters.ts';

/** Who has proved to be whom. */
export interface Identity {
  /** What the auth method knows the caller by; one entity is kept for it. */
  readonly alias: string;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parameters: TokenParameters;
  readonly renewalTerms: () => Result<TtlTerms, string>;
  /** What refuses a renewal before its terms are looked at. */
  readonly renewalRefusal?: TokenSpecification['renewalRefusal'];
}

/** What Vault makes of a list of policy names: lower case, sorted, each once, `default` added. */
export function sanitizePolicies(names: readonly string[], addDefault: boolean): string[] {
  const all = [...names, ...(addDefault ? ['default'] : [])].map((name) => name.trim().toLowerCase());
  return [...new Set(all)].filter((name) => name !== '').sort();
}

/** A token as an `auth` object. */
export const authBlock = (entry: TokenEntry, seconds: number): AuthBlock => ({
  clientToken: entry.id,
  accessor: entry.accessor,
  policies: entry.specification.policies,
  metadata: entry.specification.metadata,
  leaseSeconds: seconds,
  renewable: entry.specification.renewable,
  entityId: entry.specification.entityId,
  tokenType: entry.specification.type,
  orphan: entry.specification.parent === undefined,
  numberOfUses: entry.specification.numberOfUses,
});

/** Turns proved identities into tokens. */
export class Logins {
  readonly #tokens: TokenStore;
  readonly #entities = new Map<string, string>();

  constructor(tokens: TokenStore) {
    this.#tokens = tokens;
  }

  logIn(request: BackendRequest, identity: Identity): Answer {
    const { parameters } = identity;
    const policies = sanitizePolicies(parameters.policies, !parameters.noDefaultPolicy);
    if (policies.includes('root')) return failure(400, 'auth methods cannot create root tokens');
    const { mount, namespace } = request;
    const created = this.#tokens.create({
      namespace,
      policies,
      path: request.fullPath,
      displayName: [mount.path.replace(/\/$/, '').replaceAll('/', '-'), identity.displayName]
        .filter((part) => part !== '')
        .join('-'),
      metadata: identity.metadata,
      entityId: this.#entity(`${mount.accessor} ${identity.alias}`),
      type: parameters.type,
      limits: mount.limits,
      terms: parameters.terms,
      renewable: parameters.type === 'service',
      numberOfUses: parameters.numberOfUses,
      renewalTerms: identity.renewalTerms,
      ...given({ renewalRefusal: identity.renewalRefusal }),
    });
    if (!created.ok) return failure(500, created.error);
    const { entry, warnings } = created.value;
    return { kind: 'auth', auth: authBlock(entry, entry.creationTtl), warnings };
  }

  #entity(alias: string): string {
    const id = this.#entities.get(alias) ?? randomUUID();
    this.#entities.set(alias, id);
    return id;
  }
}
