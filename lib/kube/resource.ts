/** One resource of the API server, in one namespace or in all. */
export interface KubeResource {
  /** Empty for the core group. */
  readonly group: string;
  /** `v1` for the core group, else `<group>/<version>`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespace?: string | undefined;
  /** Only the object of this name. */
  readonly name?: string | undefined;
  /** Only objects with these labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
  readonly labelSelector?: string | undefined;
}

/** The path of the collection: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export const collectionPath = ({ group, apiVersion, plural, namespace }: KubeResource): string => {
  const root = group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}`;
};

export const objectPath = (resource: KubeResource, name: string): string =>
  `${collectionPath(resource)}/${encodeURIComponent(name)}`;

/** Query that narrows a list or a watch to what is asked for. */
export const selection = ({ name, labelSelector }: KubeResource): Record<string, string> => ({
  ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  ...(labelSelector === undefined ? {} : { labelSelector }),
});

/** How people and RBAC rules call it: `secretstores.keyferry.dev`. */
export const resourceName = ({ group, plural }: KubeResource): string =>
  group === '' ? plural : `${plural}.${group}`;

/** The built-in groups are always there; a group with a dot in a domain of its own comes with a CustomResourceDefinition. */
export const isCustom = ({ group }: KubeResource): boolean =>
  group.includes('.') && !group.endsWith('.k8s.io');
