import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { pemKeys, RemoteKeySource } from '../../shared/keys.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { KeySource } from '../../shared/keys.ts';

/** What `config` of the JWT auth method comes to. */
export interface JwtConfiguration {
  readonly keys: KeySource | RemoteKeySource;
  /** Whether the keys were written as PEM; the two kinds of key sets fail with different words. */
  readonly fromPem: boolean;
  /** The issuer that tokens must have, empty for any. */
  readonly boundIssuer: string;
  /** The role of logins that name none, empty for none. */
  readonly defaultRole: string;
}

function keysOf(fields: Fields): Result<KeySource | RemoteKeySource | undefined, string> {
  const pems = fields.list('jwt_validation_pubkeys');
  const url = fields.text('jwks_url');
  if (fields.string('oidc_discovery_url') !== undefined)
    return err('this server has no OIDC discovery: give it jwks_url or jwt_validation_pubkeys');
  if (url !== '') return ok(new RemoteKeySource({ url, caPem: fields.string('jwks_ca_pem') }));
  try {
    return ok(pems.length === 0 ? undefined : pemKeys(pems));
  } catch {
    return err('error parsing public key: data does not contain any valid public keys');
  }
}

/**
 * Reads a write to `config` over what the mount began with
 * (https://github.com/hashicorp/vault-plugin-auth-jwt/blob/main/path_config.go).
 */
export function jwtConfiguration(
  data: JsonObject,
  mountKeys: KeySource | RemoteKeySource | undefined,
): Result<JwtConfiguration, string> {
  const fields = new Fields(data);
  const written = keysOf(fields);
  const boundIssuer = fields.text('bound_issuer');
  const defaultRole = fields.text('default_role');
  if (fields.problem !== undefined) return err(fields.problem);
  if (!written.ok) return written;
  const keys = written.value ?? mountKeys;
  return keys === undefined
    ? err(
        "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set",
      )
    : ok({ keys, fromPem: fields.list('jwt_validation_pubkeys').length > 0, boundIssuer, defaultRole });
}
