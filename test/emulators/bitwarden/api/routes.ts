import * as operations from './operations.ts';
import type { Operation } from './operations.ts';

/** What is asked for, as the log, faults and limits call it. */
export type OperationName = 'login' | keyof typeof operations;

export interface Route {
  readonly name: keyof typeof operations;
  readonly operation: Operation;
  /** The name of the path's parameter, for the sentence about one that is no UUID. */
  readonly parameter: string;
}

const route = (
  method: string,
  path: string,
  name: keyof typeof operations,
): readonly [method: string, path: RegExp, route: Route] => {
  const [, parameter = ''] = /\{(\w+)\}/.exec(path) ?? [];
  const expression = new RegExp(`^${path.replace(/\{\w+\}/, '(?<id>[^/]+)')}$`);
  return [method, expression, { name, operation: operations[name], parameter }];
};

const routes = [
  route('GET', 'secrets/{id}', 'getSecret'),
  route('POST', 'secrets/get-by-ids', 'getSecretsByIds'),
  route('GET', 'organizations/{organizationId}/secrets', 'listSecrets'),
  route('GET', 'organizations/{organizationId}/secrets/sync', 'syncSecrets'),
  route('GET', 'projects/{projectId}/secrets', 'listSecretsOfProject'),
  route('GET', 'projects/{id}', 'getProject'),
  route('GET', 'organizations/{organizationId}/projects', 'listProjects'),
] as const;

/** Where a request goes; else the methods that its path has, none for a path that is not there. */
export function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | { readonly allowed: readonly string[] } {
  const fitting = routes.filter(([, expression]) => expression.test(path));
  const found = fitting.find(([one]) => one === method);
  if (found === undefined) return { allowed: fitting.map(([one]) => one) };
  return { route: found[2], id: found[1].exec(path)?.groups?.['id'] ?? '' };
}
