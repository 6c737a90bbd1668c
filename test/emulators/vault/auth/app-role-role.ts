import { err, ok } from '../../../../lib/result.ts';
import { errorList } from '../answer.ts';
import { Fields } from '../fields.ts';
import { readTokenParameters, showTokenParameters } from './token-parameters.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { TokenParameters } from './token-parameters.ts';

/** What a role of the AppRole auth method says. */
export interface AppRoleTerms {
  /** The fields as they were written, over which the next write goes. */
  readonly data: JsonObject;
  /** How many logins a secret id is good for, 0 for any number. */
  readonly secretIdUses: number;
  /** How many seconds it lives, 0 for no end. */
  readonly secretIdTtl: number;
  readonly parameters: TokenParameters;
}

/** What Vault says of a role that anybody who knows its id could take; addresses, the other constraint, are not known here. */
export const unbound = errorList('at least one constraint should be enabled on the role');

/** Reads a role's fields (https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle). */
export function appRoleTerms(data: JsonObject): Result<AppRoleTerms, string> {
  const fields = new Fields(data);
  const terms = {
    data,
    secretIdUses: fields.integer('secret_id_num_uses') ?? 0,
    secretIdTtl: fields.seconds('secret_id_ttl') ?? 0,
  };
  const bindsSecretId = fields.boolean('bind_secret_id') ?? true;
  const cidrs = [...fields.list('secret_id_bound_cidrs'), ...fields.list('token_bound_cidrs')];
  const parameters = readTokenParameters(fields);
  if (fields.problem !== undefined) return err(fields.problem);
  if (!bindsSecretId) return err(unbound);
  if (cidrs.length > 0) return err('this server does not bind anything to addresses');
  if (terms.secretIdUses < 0) return err('secret_id_num_uses cannot be negative');
  return parameters.ok ? ok({ ...terms, parameters: parameters.value }) : parameters;
}

/** A role as reading it shows it. */
export const showAppRole = (terms: AppRoleTerms): JsonObject => ({
  bind_secret_id: true,
  local_secret_ids: false,
  secret_id_bound_cidrs: null,
  secret_id_num_uses: terms.secretIdUses,
  secret_id_ttl: terms.secretIdTtl,
  ...showTokenParameters(terms.parameters),
  token_strictly_bind_ip: false,
});
