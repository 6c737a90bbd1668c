import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { sanitizePolicies } from './login.ts';
import type { Result } from '../../../../lib/result.ts';
import type { BackendRequest } from '../backend.ts';
import type { TokenEntry, TokenSpecification } from '../tokens.ts';
import type { TtlTerms } from '../ttl.ts';

function policiesOf(fields: Fields, own: readonly string[]): Result<readonly string[], string> {
  const asked = fields.strings('policies') ?? own;
  if (own.includes('root') && asked.includes('root')) return ok(['root']);
  const policies = sanitizePolicies(asked, !(fields.boolean('no_default_policy') ?? false));
  const allowed = policies.every((policy) => policy === 'default' || own.includes(policy));
  return own.includes('root') || allowed ? ok(policies) : err('child policies must be subset of parent');
}

const termsOf = (fields: Fields): TtlTerms => ({
  ttl: fields.seconds('ttl') ?? 0,
  maxTtl: 0,
  period: fields.seconds('period') ?? 0,
  explicitMaxTtl: fields.seconds('explicit_max_ttl') ?? 0,
});

/** What `auth/token/create` asks for: a child of the token that asks, with no policies that this one has not. */
export function childToken(request: BackendRequest, parent: TokenEntry): Result<TokenSpecification, string> {
  const fields = new Fields(request.data);
  const policies = policiesOf(fields, parent.specification.policies);
  const terms = termsOf(fields);
  const name = fields.text('display_name');
  const renewable = fields.boolean('renewable') ?? true;
  const numberOfUses = fields.integer('num_uses') ?? 0;
  if (fields.problem !== undefined) return err(fields.problem);
  if (!policies.ok) return policies;
  return ok({
    namespace: request.namespace,
    policies: policies.value,
    path: request.fullPath,
    displayName: name === '' ? 'token' : `token-${name}`,
    metadata: null,
    entityId: '',
    type: 'service',
    limits: request.mount.limits,
    terms,
    renewable,
    numberOfUses,
    parent: parent.id,
    renewalTerms: () => ok(terms),
  });
}
