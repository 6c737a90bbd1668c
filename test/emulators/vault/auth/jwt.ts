import { err, ok } from '../../../../lib/result.ts';
import { dataAnswer, empty, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { listBelow } from '../engines/listing.ts';
import { Fields } from '../fields.ts';
import { audiencesOf, claimsProblem, decodeJwt } from './claims.ts';
import { jwtConfiguration } from './jwt-configuration.ts';
import { isSignedBy } from '../../shared/keys.ts';
import { boundClaimsProblem, claimAt, jwtRole, showJwtRole } from './jwt-role.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { JwtRole } from './jwt-role.ts';
import type { JwtConfiguration } from './jwt-configuration.ts';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';
import type { Logins } from './login.ts';

export interface JwtAuthOptions {
  readonly clock: Clock;
  readonly logins: Logins;
  /** The keys that sign; without them the method is not configured until `config` is written. */
  readonly keys: KeySource | RemoteKeySource | undefined;
}

/**
 * The JWT auth method (https://github.com/hashicorp/vault-plugin-auth-jwt/blob/main/path_login.go). It names every mistake of
 * a token, with status 400.
 */
export class JwtAuth implements Backend {
  readonly #clock: Clock;
  readonly #logins: Logins;
  readonly #keys: KeySource | RemoteKeySource | undefined;
  readonly #roles = new Map<string, JwtRole>();
  #configuration: JwtConfiguration | undefined;

  constructor(options: JwtAuthOptions) {
    this.#clock = options.clock;
    this.#logins = options.logins;
    const { keys } = options;
    this.#keys = keys;
    this.#configuration =
      keys === undefined ? undefined : { keys, fromPem: false, boundIssuer: '', defaultRole: '' };
  }

  isOpen(path: string): boolean {
    return path === 'login';
  }

  exists(path: string): boolean {
    return !path.startsWith('role/') || this.#roles.has(path.slice('role/'.length));
  }

  handle(request: BackendRequest): Answer | Promise<Answer> {
    const { path, operation } = request;
    if (path === 'login') return operation === 'update' ? this.#logIn(request) : unsupportedOperation;
    if (path === 'config') return operation === 'update' ? this.#configure(request) : unsupportedOperation;
    if (path === 'role/' && operation === 'list') return listBelow(this.#roles.keys(), '');
    if (path.startsWith('role/')) return this.#role(path.slice('role/'.length), request);
    return unsupportedPath;
  }

  async #logIn(request: BackendRequest): Promise<Answer> {
    const configuration = this.#configuration;
    if (configuration === undefined) return failure(400, 'could not load configuration');
    const fields = new Fields(request.data);
    const name = (fields.string('role') ?? configuration.defaultRole).toLowerCase();
    if (name === '') return failure(400, 'missing role');
    const role = this.#roles.get(name);
    if (role === undefined) return failure(400, `role "${name}" could not be found`);
    const token = fields.text('jwt');
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (token === '') return failure(400, 'missing token');
    const claims = await this.#validate(configuration, role, token);
    if (!claims.ok) return failure(400, claims.error);
    const identity = identify(role, claims.value);
    if (!identity.ok) return failure(400, identity.error);
    return this.#logins.logIn(request, {
      alias: identity.value.user,
      displayName: identity.value.user,
      metadata: { ...identity.value.metadata, role: name },
      parameters: role.parameters,
      renewalTerms: () => {
        const current = this.#roles.get(name);
        return current === undefined
          ? err(`role ${name} does not exist during renewal`)
          : ok(current.parameters.terms);
      },
    });
  }

  async #validate(
    configuration: JwtConfiguration,
    role: JwtRole,
    token: string,
  ): Promise<Result<JsonObject, string>> {
    const claims = decodeJwt(token, ['EdDSA']);
    const problem =
      (await signatureProblem(configuration, token)) ??
      (claims === undefined
        ? 'invalid algorithm (alg) header parameter: token signed with unexpected algorithm'
        : claimsProblem(claims, { ...role.expected, issuer: configuration.boundIssuer }, this.#clock.now()));
    if (problem !== undefined || claims === undefined) return err(`error validating token: ${problem ?? ''}`);
    if (role.boundAudiences.length === 0 && audiencesOf(claims).length > 0)
      return err('audience claim found in JWT but no audiences bound to the role');
    return ok(claims);
  }

  #configure(request: BackendRequest): Answer {
    const configuration = jwtConfiguration(request.data, this.#keys);
    if (!configuration.ok) return failure(400, configuration.error);
    this.#configuration = configuration.value;
    return empty;
  }

  #role(name: string, request: BackendRequest): Answer {
    const present = this.#roles.get(name);
    if (request.operation === 'read') return present === undefined ? empty : dataAnswer(showJwtRole(present));
    if (request.operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    const role = jwtRole({ ...present?.data, ...request.data });
    if (!role.ok) return failure(400, role.error);
    this.#roles.set(name, role.value);
    return empty;
  }
}

async function signatureProblem(
  { keys, fromPem }: JwtConfiguration,
  token: string,
): Promise<string | undefined> {
  const prefix = 'error verifying token signature:';
  try {
    if (token.split('.').length !== 3)
      return `${prefix} ${fromPem ? '' : 'oidc: malformed jwt: '}go-jose/go-jose: compact JWS format must have three parts`;
    if (await isSignedBy(keys, token)) return undefined;
    return fromPem
      ? `${prefix} no known key successfully validated the token signature`
      : `${prefix} failed to verify id token signature`;
  } catch (error) {
    return `${prefix} fetching keys ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface JwtIdentity {
  readonly user: string;
  readonly metadata: Record<string, string>;
}

function identify(role: JwtRole, claims: JsonObject): Result<JwtIdentity, string> {
  const user = role.userClaimIsPointer ? claimAt(claims, role.userClaim) : claims[role.userClaim];
  if (user === undefined || user === null) return err(`claim "${role.userClaim}" not found in token`);
  if (typeof user !== 'string') return err(`claim "${role.userClaim}" could not be converted to string`);
  const metadata: Record<string, string> = {};
  for (const [source, target] of Object.entries(role.claimMappings)) {
    const value = claimAt(claims, source);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return err(`error converting claim '${source}' to string`);
    metadata[String(target)] = value;
  }
  const problem = boundClaimsProblem(role, claims);
  return problem === undefined ? ok({ user, metadata }) : err(`error validating claims: ${problem}`);
}
