import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { pemKeys } from '../../shared/keys.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';
import type { Reviewer, ReviewSettings } from './token-review.ts';

/** What `config` of the Kubernetes auth method comes to. */
export interface KubernetesConfiguration {
  readonly review: ReviewSettings;
  /** The issuer that tokens must have, empty for any. */
  readonly issuer: string;
}

function reviewerOf(fields: Fields): Reviewer | undefined {
  if (fields.text('token_reviewer_jwt') !== '') return 'vault';
  return fields.boolean('disable_local_ca_jwt') === true ? 'client' : undefined;
}

function keysOf(pems: readonly string[]): Result<KeySource | undefined, string> {
  try {
    return ok(pems.length === 0 ? undefined : pemKeys(pems));
  } catch {
    return err('data does not contain any valid RSA or ECDSA public keys');
  }
}

/**
 * Reads a write to `config` over what the mount began with
 * (https://github.com/hashicorp/vault-plugin-auth-kubernetes/blob/main/path_config.go). The API server named in it is never
 * asked: its keys come from `pem_keys` or from the mount.
 */
export function kubernetesConfiguration(
  data: JsonObject,
  mountKeys: KeySource | RemoteKeySource | undefined,
  review: Omit<ReviewSettings, 'keys'>,
): Result<KubernetesConfiguration, string> {
  const fields = new Fields(data);
  const host = fields.text('kubernetes_host');
  const pems = keysOf(fields.list('pem_keys'));
  const ignoreIssuer = fields.boolean('disable_iss_validation') ?? true;
  const issuer = fields.text('issuer');
  const reviewer = reviewerOf(fields) ?? review.reviewer;
  if (fields.problem !== undefined) return err(fields.problem);
  if (host === '') return err('no host provided');
  if (!pems.ok) return pems;
  const keys = pems.value ?? mountKeys;
  if (keys === undefined) return err('this server cannot ask an API server: give it pem_keys');
  return ok({ review: { ...review, keys, reviewer }, issuer: ignoreIssuer ? '' : issuer });
}
