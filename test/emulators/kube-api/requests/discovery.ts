import type { Registry } from '../objects/registry.ts';
import { apiVersionOf, type Resource } from '../objects/types.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const groupOf = (group: string, resources: readonly Resource[]): object => {
  const versions = [...new Set(resources.map(({ version }) => version))].map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
};

const groups = (all: readonly Resource[]): object => {
  const byGroup = Map.groupBy(
    all.filter(({ group }) => group !== ''),
    ({ group }) => group,
  );
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...byGroup].map(([group, resources]) => groupOf(group, resources)),
  };
};

const resourceList = (groupVersion: string, resources: readonly Resource[]): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.map(({ plural, kind, namespaced }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs,
  })),
});

/**
 * What there is, as `kubectl` asks before anything else, in the older way that is not aggregated; undefined where the path is none of it.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
 */
export const discovery = (path: string, registry: Registry): object | undefined => {
  const all = registry.all();
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return groups(all);
  const groupVersion = /^\/(?:api|apis\/[^/]+)\/[^/]+$/u.test(path) ? path.replace(/^\/apis?\//u, '') : '';
  const resources = all.filter((resource) => apiVersionOf(resource) === groupVersion);
  return resources.length === 0 ? undefined : resourceList(groupVersion, resources);
};
