import { dataAnswer, empty, errorList, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { Fields } from '../fields.ts';
import { authBlock } from './login.ts';
import { childToken } from './token-create.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { TokenEntry, TokenStore } from '../tokens.ts';

const time = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : new Date(milliseconds).toISOString();

/** What `lookup` and `lookup-self` say of a token. */
function describe(entry: TokenEntry, secondsLeft: number): JsonObject {
  const { specification } = entry;
  const { namespace, terms } = specification;
  return {
    accessor: entry.accessor,
    creation_time: Math.floor(entry.issued / 1000),
    creation_ttl: entry.creationTtl,
    display_name: specification.displayName,
    entity_id: specification.entityId,
    expire_time: time(entry.expires),
    explicit_max_ttl: terms.explicitMaxTtl,
    id: entry.id,
    issue_time: time(entry.issued),
    ...(entry.lastRenewal === undefined
      ? {}
      : { last_renewal: time(entry.lastRenewal), last_renewal_time: Math.floor(entry.lastRenewal / 1000) }),
    meta: specification.metadata,
    ...(namespace.path === '' ? {} : { namespace_path: namespace.path }),
    num_uses: entry.usesLeft,
    orphan: specification.parent === undefined,
    path: specification.path,
    ...(terms.period === 0 ? {} : { period: terms.period }),
    policies: specification.policies,
    renewable: specification.renewable,
    ttl: secondsLeft,
    type: specification.type,
  };
}

/** What is said of another token that is not there; revoking it is done already. */
const unknownToken: Readonly<Record<string, Answer>> = {
  lookup: failure(403, 'bad token'),
  renew: failure(400, 'token not found'),
};

/** The token auth method: what tokens can do with themselves, and a parent with its children. */
export class TokenAuth implements Backend {
  readonly #tokens: TokenStore;

  constructor(tokens: TokenStore) {
    this.#tokens = tokens;
  }

  handle(request: BackendRequest): Answer {
    const [, verb, self] = /^(create|lookup|renew|revoke)(-self)?$/.exec(request.path) ?? [];
    if (verb === undefined || request.token === undefined) return unsupportedPath;
    const reads = verb === 'lookup' && self !== undefined && request.operation === 'read';
    if (!reads && request.operation !== 'update') return unsupportedOperation;
    if (verb === 'create') return this.#create(request, request.token);
    return this.#act(verb, request, self === undefined ? this.#named(request) : request.token);
  }

  #act(verb: string, request: BackendRequest, entry: TokenEntry | undefined): Answer {
    if (entry === undefined) return unknownToken[verb] ?? empty;
    if (verb === 'lookup') return dataAnswer(describe(entry, this.#tokens.secondsLeft(entry)));
    if (entry.specification.type === 'batch')
      return failure(400, `batch tokens cannot be ${verb === 'renew' ? 'renewed' : 'revoked'}`);
    return verb === 'renew' ? this.#renew(request, entry) : this.#revoke(entry);
  }

  #named(request: BackendRequest): TokenEntry | undefined {
    return this.#tokens.lookup(new Fields(request.data).string('token') ?? '');
  }

  #renew(request: BackendRequest, entry: TokenEntry): Answer {
    const fields = new Fields(request.data);
    const increment = fields.seconds('increment') ?? 0;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (!entry.specification.renewable) return failure(400, 'lease is not renewable');
    const refusal = entry.specification.renewalRefusal?.(request.clientCertificate);
    if (refusal !== undefined) return refusal;
    const renewed = this.#tokens.renew(entry, increment);
    if (!renewed.ok) return failure(500, errorList(renewed.error));
    const { seconds, warnings } = renewed.value;
    return { kind: 'auth', auth: authBlock(entry, seconds), warnings };
  }

  #revoke(entry: TokenEntry): Answer {
    this.#tokens.revoke(entry.id);
    return empty;
  }

  #create(request: BackendRequest, parent: TokenEntry): Answer {
    const specification = childToken(request, parent);
    if (!specification.ok) return failure(400, specification.error);
    const created = this.#tokens.create(specification.value);
    if (!created.ok) return failure(500, errorList(created.error));
    const { entry, warnings } = created.value;
    return { kind: 'auth', auth: authBlock(entry, entry.creationTtl), warnings };
  }
}
