import { err, ok } from '../../../../lib/result.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { Fields } from '../fields.ts';
import type { TtlTerms } from '../ttl.ts';

/** The `token_…` fields that the roles of every auth method have. */
export interface TokenParameters {
  readonly policies: readonly string[];
  readonly noDefaultPolicy: boolean;
  readonly terms: TtlTerms;
  readonly numberOfUses: number;
  readonly type: 'service' | 'batch';
}

function problem(parameters: TokenParameters, type: string): string | undefined {
  const { terms, numberOfUses } = parameters;
  if (!['', 'default', 'default-service', 'service', 'batch'].includes(type))
    return `invalid 'token_type' value "${type}"`;
  if (type === 'batch' && terms.period > 0)
    return "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens";
  if (type === 'batch' && numberOfUses > 0)
    return "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count";
  if (terms.ttl < 0) return "'token_ttl' cannot be negative";
  if (terms.maxTtl > 0 && terms.ttl > terms.maxTtl)
    return "'token_ttl' cannot be greater than 'token_max_ttl'";
  return undefined;
}

/**
 * Reads the fields, also under the names that they had once (`policies`, `ttl`, …)
 * (https://github.com/hashicorp/vault/blob/main/sdk/helper/tokenutil/tokenutil.go).
 */
export function readTokenParameters(fields: Fields): Result<TokenParameters, string> {
  const seconds = (name: string): number =>
    fields.seconds(`token_${name}`) ?? (name === 'explicit_max_ttl' ? 0 : (fields.seconds(name) ?? 0));
  const type = fields.text('token_type');
  const parameters: TokenParameters = {
    policies: fields.strings('token_policies') ?? fields.list('policies'),
    noDefaultPolicy: fields.boolean('token_no_default_policy') ?? false,
    terms: {
      ttl: seconds('ttl'),
      maxTtl: seconds('max_ttl'),
      period: seconds('period'),
      explicitMaxTtl: seconds('explicit_max_ttl'),
    },
    numberOfUses: fields.integer('token_num_uses') ?? fields.integer('num_uses') ?? 0,
    type: type === 'batch' ? 'batch' : 'service',
  };
  const found = problem(parameters, type);
  return found === undefined ? ok(parameters) : err(found);
}

/** The fields as reading a role shows them. */
export const showTokenParameters = (parameters: TokenParameters): JsonObject => ({
  token_bound_cidrs: [],
  token_explicit_max_ttl: parameters.terms.explicitMaxTtl,
  token_max_ttl: parameters.terms.maxTtl,
  token_no_default_policy: parameters.noDefaultPolicy,
  token_num_uses: parameters.numberOfUses,
  token_period: parameters.terms.period,
  token_policies: parameters.policies,
  token_ttl: parameters.terms.ttl,
  token_type: parameters.type === 'batch' ? 'batch' : 'default',
});
