import { apiVersionOf, isRecord, recordsOf, textOr, type KubeObject, type Resource } from './types.ts';

const namespaced = true;
const clusterWide = false;

const builtIn = (
  group: string,
  version: string,
  names: Readonly<Record<string, readonly [kind: string, namespaced: boolean]>>,
): Resource[] =>
  Object.entries(names).map(([plural, [kind, inNamespace]]) => ({
    group,
    version,
    plural,
    kind,
    namespaced: inNamespace,
    custom: false,
  }));

/** What is there without any CustomResourceDefinition: what Keyferry's manifests use, and Secrets, to see that nobody does. */
const builtIns: readonly Resource[] = [
  ...builtIn('', 'v1', {
    configmaps: ['ConfigMap', namespaced],
    events: ['Event', namespaced],
    namespaces: ['Namespace', clusterWide],
    nodes: ['Node', clusterWide],
    pods: ['Pod', namespaced],
    resourcequotas: ['ResourceQuota', namespaced],
    secrets: ['Secret', namespaced],
    serviceaccounts: ['ServiceAccount', namespaced],
    services: ['Service', namespaced],
  }),
  ...builtIn('admissionregistration.k8s.io', 'v1', {
    mutatingwebhookconfigurations: ['MutatingWebhookConfiguration', clusterWide],
    validatingadmissionpolicies: ['ValidatingAdmissionPolicy', clusterWide],
    validatingadmissionpolicybindings: ['ValidatingAdmissionPolicyBinding', clusterWide],
    validatingwebhookconfigurations: ['ValidatingWebhookConfiguration', clusterWide],
  }),
  ...builtIn('apiextensions.k8s.io', 'v1', {
    customresourcedefinitions: ['CustomResourceDefinition', clusterWide],
  }),
  ...builtIn('apps', 'v1', {
    daemonsets: ['DaemonSet', namespaced],
    deployments: ['Deployment', namespaced],
    replicasets: ['ReplicaSet', namespaced],
    statefulsets: ['StatefulSet', namespaced],
  }),
  ...builtIn('batch', 'v1', { cronjobs: ['CronJob', namespaced], jobs: ['Job', namespaced] }),
  ...builtIn('coordination.k8s.io', 'v1', { leases: ['Lease', namespaced] }),
  ...builtIn('networking.k8s.io', 'v1', { networkpolicies: ['NetworkPolicy', namespaced] }),
  ...builtIn('policy', 'v1', { poddisruptionbudgets: ['PodDisruptionBudget', namespaced] }),
  ...builtIn('rbac.authorization.k8s.io', 'v1', {
    clusterrolebindings: ['ClusterRoleBinding', clusterWide],
    clusterroles: ['ClusterRole', clusterWide],
    rolebindings: ['RoleBinding', namespaced],
    roles: ['Role', namespaced],
  }),
];

/** The resources of a CustomResourceDefinition: one for each version that it serves. */
export const resourcesOf = (definition: KubeObject): Resource[] => {
  const spec = isRecord(definition['spec']) ? definition['spec'] : {};
  const names = isRecord(spec['names']) ? spec['names'] : {};
  return recordsOf(spec['versions'])
    .filter(({ served }) => served === true)
    .map(({ name, subresources }) => ({
      group: textOr(spec['group'], ''),
      version: textOr(name, ''),
      plural: textOr(names['plural'], ''),
      kind: textOr(names['kind'], ''),
      namespaced: spec['scope'] === 'Namespaced',
      custom: true,
      statusApart: isRecord(subresources) && isRecord(subresources['status']),
    }));
};

const keyOf = ({ group, version, plural }: Pick<Resource, 'group' | 'version' | 'plural'>): string =>
  `${group}/${version}/${plural}`;

/** The kinds of objects that the server knows. */
export class Registry {
  readonly #resources = new Map(builtIns.map((resource) => [keyOf(resource), resource]));

  add(resource: Resource): void {
    this.#resources.set(keyOf(resource), resource);
  }

  remove(resource: Resource): void {
    this.#resources.delete(keyOf(resource));
  }

  find(wanted: Pick<Resource, 'group' | 'version' | 'plural'>): Resource | undefined {
    return this.#resources.get(keyOf(wanted));
  }

  all(): Resource[] {
    return [...this.#resources.values()];
  }

  /** The resource whose objects say that they are of this version and kind. */
  findKind(apiVersion: string, kind: string): Resource | undefined {
    return [...this.#resources.values()].find(
      (resource) => apiVersionOf(resource) === apiVersion && resource.kind === kind,
    );
  }

  /** A resource by its plural, with or without its group: `pods`, `secretstores.keyferry.dev`. */
  named(name: string): Resource | undefined {
    return [...this.#resources.values()].find(
      ({ plural, group }) => plural === name || `${plural}.${group}` === name,
    );
  }
}
