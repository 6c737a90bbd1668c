import type { Container, Pod } from './pod-types.ts';
import { readField } from './field-path.ts';

/**
 * Replaces `$(NAME)` by its value where it has one; `$$` is one dollar sign, so that `$$(NAME)` stays as `$(NAME)`.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export const expand = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? whole),
  );

/** The variables that a container's manifest sets; each may use those above it. */
export const manifestEnvironment = (pod: Pod, container: Container): Map<string, string> => {
  const variables = new Map<string, string>();
  for (const { name, value, valueFrom } of container.env ?? []) {
    const path = valueFrom?.fieldRef?.fieldPath;
    variables.set(name, path === undefined ? expand(value ?? '', variables) : readField(pod, path));
  }
  return variables;
};
