import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { globMatches } from '../../shared/glob.ts';
import { readTokenParameters, showTokenParameters } from './token-parameters.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { TokenParameters } from './token-parameters.ts';

/** A role of the Kubernetes auth method. */
export interface KubernetesRole {
  /** The fields as they were written, over which the next write goes. */
  readonly data: JsonObject;
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  /** Empty for none. */
  readonly audience: string;
  readonly parameters: TokenParameters;
  readonly admitsName: (name: string) => boolean;
  readonly admitsNamespace: (namespace: string) => boolean;
}

function listProblem(names: readonly string[], namespaces: readonly string[]): string | undefined {
  if (names.length === 0) return '"bound_service_account_names" can not be empty';
  if (namespaces.length === 0)
    return '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set';
  const mixed = [names, namespaces].some((list) => list.length > 1 && list.includes('*'));
  return mixed ? 'can not mix "*" with values' : undefined;
}

/** Reads a role's fields (https://github.com/hashicorp/vault-plugin-auth-kubernetes/blob/main/path_role.go). */
export function kubernetesRole(data: JsonObject): Result<KubernetesRole, string> {
  const fields = new Fields(data);
  const names = fields.list('bound_service_account_names');
  const namespaces = fields.list('bound_service_account_namespaces');
  const audience = fields.text('audience');
  const parameters = readTokenParameters(fields);
  if (fields.problem !== undefined) return err(fields.problem);
  if (!parameters.ok) return parameters;
  if (fields.text('bound_service_account_namespace_selector') !== '')
    return err('this server has no namespaces to match "bound_service_account_namespace_selector" with');
  const problem = listProblem(names, namespaces);
  if (problem !== undefined) return err(problem);
  const admits = (globs: readonly string[]) => (value: string) =>
    globs.some((glob) => globMatches(glob, value));
  return ok({
    data,
    names,
    namespaces,
    audience,
    parameters: parameters.value,
    admitsName: admits(names),
    admitsNamespace: admits(namespaces),
  });
}

/** A role as reading it shows it. */
export const showKubernetesRole = (role: KubernetesRole): JsonObject => ({
  alias_name_source: 'serviceaccount_uid',
  ...(role.audience === '' ? {} : { audience: role.audience }),
  bound_service_account_names: role.names,
  bound_service_account_namespace_selector: '',
  bound_service_account_namespaces: role.namespaces,
  ...showTokenParameters(role.parameters),
});
