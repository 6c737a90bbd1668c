import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { isJsonObject } from '../../shared/json.ts';
import { globMatches } from '../../shared/glob.ts';
import { readTokenParameters, showTokenParameters } from './token-parameters.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { Expected } from './claims.ts';
import type { TokenParameters } from './token-parameters.ts';

/** A role of the JWT auth method. */
export interface JwtRole {
  readonly data: JsonObject;
  readonly expected: Expected;
  readonly boundAudiences: readonly string[];
  readonly boundClaims: JsonObject;
  readonly globs: boolean;
  readonly userClaim: string;
  readonly userClaimIsPointer: boolean;
  readonly claimMappings: JsonObject;
  readonly parameters: TokenParameters;
}

function expectedOf(fields: Fields): Expected {
  return {
    subject: fields.string('bound_subject'),
    audiences: fields.list('bound_audiences'),
    clockSkewLeeway: fields.integer('clock_skew_leeway'),
    notBeforeLeeway: fields.integer('not_before_leeway'),
    expirationLeeway: fields.integer('expiration_leeway'),
  };
}

function typeProblem(fields: Fields): string | undefined {
  const roleType = fields.string('role_type') ?? 'jwt';
  const claimsType = fields.string('bound_claims_type') ?? 'string';
  if (roleType !== 'jwt') return `this server has no "${roleType}" roles: set 'role_type' to "jwt"`;
  return ['string', 'glob'].includes(claimsType) ? undefined : `invalid 'bound_claims_type': ${claimsType}`;
}

function problemOf(role: JwtRole, fields: Fields): string | undefined {
  if (fields.problem !== undefined) return fields.problem;
  if (role.userClaim === '') return 'a user claim must be defined on the role';
  const bound =
    role.boundAudiences.length > 0 ||
    (role.expected.subject ?? '') !== '' ||
    Object.keys(role.boundClaims).length > 0;
  return bound ? undefined : 'must have at least one bound constraint when creating/updating a role';
}

/** Reads a role's fields (https://github.com/hashicorp/vault-plugin-auth-jwt/blob/main/path_role.go). */
export function jwtRole(data: JsonObject): Result<JwtRole, string> {
  const fields = new Fields(data);
  const parameters = readTokenParameters(fields);
  if (!parameters.ok) return parameters;
  const wrongType = typeProblem(fields);
  if (wrongType !== undefined) return err(wrongType);
  const expected = expectedOf(fields);
  const role: JwtRole = {
    data,
    expected,
    boundAudiences: expected.audiences ?? [],
    boundClaims: fields.object('bound_claims') ?? {},
    globs: fields.string('bound_claims_type') === 'glob',
    userClaim: fields.text('user_claim'),
    userClaimIsPointer: fields.boolean('user_claim_json_pointer') ?? false,
    claimMappings: fields.object('claim_mappings') ?? {},
    parameters: parameters.value,
  };
  const problem = problemOf(role, fields);
  return problem === undefined ? ok(role) : err(problem);
}

/** A role as reading it shows it. */
export const showJwtRole = (role: JwtRole): JsonObject => ({
  ...role.data,
  role_type: 'jwt',
  ...showTokenParameters(role.parameters),
});

/** A claim by its name, or by a JSON pointer where the name starts with a slash. */
export function claimAt(claims: JsonObject, name: string): unknown {
  if (!name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined;
  let value: unknown = claims;
  for (const part of name.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = (value as unknown[])[Number(key)];
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function valuesMatch(wanted: unknown, found: unknown, globs: boolean): boolean {
  if (!globs) return wanted === found || (typeof found === 'number' && String(found) === String(wanted));
  return typeof wanted === 'string' && typeof found === 'string' && globMatches(wanted, found);
}

/** Why the claims are not those that the role binds; undefined when they are. */
export function boundClaimsProblem(role: JwtRole, claims: JsonObject): string | undefined {
  for (const [name, wanted] of Object.entries(role.boundClaims)) {
    const found = claimAt(claims, name);
    if (found === undefined || found === null) return `claim "${name}" is missing`;
    const matches = list(wanted).some((one) =>
      list(found).some((other) => valuesMatch(one, other, role.globs)),
    );
    if (!matches) return `claim "${name}" does not match any associated bound claim values`;
  }
  return undefined;
}
