import { isRecord, recordsOf, textsOf, type KubeObject, type Resource } from '../objects/types.ts';
import type { Registry } from '../objects/registry.ts';
import type { Storage } from '../objects/storage.ts';
import type { User } from './users.ts';

/** What somebody asks to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const has = (list: unknown, wanted: string): boolean => {
  const texts = textsOf(list);
  return texts.includes('*') || texts.includes(wanted);
};

const ruleAllows = (rule: Record<string, unknown>, asked: Attributes): boolean => {
  const { verb, group, plural, subresource, name } = asked;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const names = textsOf(rule['resourceNames']);
  return (
    has(rule['verbs'], verb) &&
    has(rule['apiGroups'], group) &&
    has(rule['resources'], resource) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
};

const isSubject = (subject: Record<string, unknown>, user: User): boolean => {
  const { kind, name, namespace } = subject;
  if (kind === 'Group') return user.groups.includes(String(name));
  if (kind === 'ServiceAccount')
    return user.name === `system:serviceaccount:${String(namespace)}:${String(name)}`;
  return kind === 'User' && user.name === name;
};

const binds = (binding: KubeObject, user: User): boolean =>
  recordsOf(binding['subjects']).some((subject) => isSubject(subject, user));

/** Decides by the Roles and bindings that are stored. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export class AccessRules {
  readonly #storage: Storage;
  readonly #resource: (plural: string) => Resource;

  constructor(storage: Storage, registry: Registry) {
    this.#storage = storage;
    this.#resource = (plural) => {
      const found = registry.named(plural);
      if (found === undefined) throw new Error(`${plural} is not registered`);
      return found;
    };
  }

  allows(user: User, asked: Attributes): boolean {
    if (user.groups.includes('system:masters')) return true;
    const everywhere = this.#rules(this.#storage.list(this.#resource('clusterrolebindings')), user);
    const { namespace } = asked;
    const inNamespace =
      namespace === undefined
        ? []
        : this.#rules(this.#storage.list(this.#resource('rolebindings'), namespace), user);
    return [...everywhere, ...inNamespace].some((rule) => ruleAllows(rule, asked));
  }

  #rules(bindings: readonly KubeObject[], user: User): Record<string, unknown>[] {
    return bindings
      .filter((binding) => binds(binding, user))
      .flatMap((binding) => {
        const reference = isRecord(binding['roleRef']) ? binding['roleRef'] : {};
        const plural = reference['kind'] === 'ClusterRole' ? 'clusterroles' : 'roles';
        const role = this.#storage.get(
          this.#resource(plural),
          binding.metadata.namespace,
          String(reference['name']),
        );
        return recordsOf(role?.['rules']);
      });
  }
}

/** What the API server tells somebody who may not. */
export const forbiddenMessage = (user: User, asked: Attributes): string => {
  const { verb, group, plural, subresource, namespace, name } = asked;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const what = group === '' ? plural : `${plural}.${group}`;
  const subject = name === undefined ? what : `${what} "${name}"`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
};
