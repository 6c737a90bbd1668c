import type { Kubectl } from './kubectl.ts';

/** Kinds without a namespace of which an installation or a run makes objects. */
const clusterKinds = [
  'namespaces',
  'customresourcedefinitions',
  'clusterroles',
  'clusterrolebindings',
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'priorityclasses',
  'apiservices',
];

/** What there is of a sort, names only. */
export type Inventory = ReadonlySet<string>;

const toSet = (text: string): Inventory => new Set(text.split('\n').filter((line) => line !== ''));

/** What lies outside of all namespaces, as `kind/name`. */
export const listClusterObjects = async (kubectl: Kubectl): Promise<Inventory> =>
  toSet(await kubectl.run(['get', clusterKinds.join(','), '--output', 'name']));

/**
 * Every Secret object of the cluster, as `namespace/name`. The table that kubectl asks for is made by the API server, so that no value
 * leaves it.
 */
export const listSecrets = async (kubectl: Kubectl): Promise<Inventory> => {
  const lines = toSet(await kubectl.run(['get', 'secrets', '--all-namespaces', '--no-headers']));
  return new Set([...lines].map((line) => line.split(/\s+/).slice(0, 2).join('/')));
};

/** What is in the second and was not in the first. */
export const added = (before: Inventory, after: Inventory): readonly string[] =>
  [...after.difference(before)].sort();
