import { externalSecretsGroup } from '../names.ts';
import type { CachedKind, LookUpCache, ObjectKey, OtherGroup } from './cache.ts';
import type { KubeObject } from './object.ts';

/** A kind that Keyferry's API and that of External Secrets Operator define. */
export type DoubleKind = Extract<CachedKind, 'SecretStore' | 'ClusterSecretStore' | 'ExternalSecret'>;

/** The groups that a double kind may be of, Keyferry's own first. */
export const bothGroups: readonly (OtherGroup | undefined)[] = [undefined, externalSecretsGroup];

/** The API server gives every namespace this label; manifests do not have it. */
const nameLabel = 'kubernetes.io/metadata.name';

const keyOf = (kind: DoubleKind, namespace: string, name: string): ObjectKey =>
  kind === 'ClusterSecretStore' ? { kind, name } : { kind, namespace, name };

/** Where an object of a kind that two APIs define may be: in Keyferry's own first. */
export const placesOf = (kind: DoubleKind, namespace: string, name: string): readonly ObjectKey[] => {
  const key = keyOf(kind, namespace, name);
  return [key, { ...key, group: externalSecretsGroup }];
};

/** Keyferry's own object, else theirs. Asked for every ref of every pod: no list of places is made for it. */
export const findInBoth = (
  cache: Pick<LookUpCache, 'get'>,
  kind: DoubleKind,
  namespace: string,
  name: string,
): KubeObject | undefined => {
  const key = keyOf(kind, namespace, name);
  return cache.get(key) ?? cache.get({ ...key, group: externalSecretsGroup });
};

/** The objects of a kind in both APIs. */
export const listBoth = (cache: Pick<LookUpCache, 'list'>, kind: DoubleKind): readonly KubeObject[] =>
  bothGroups.flatMap((group) => cache.list(kind, group));

type Joined = WeakMap<readonly KubeObject[], readonly KubeObject[]>;

/** Lists are compared by identity, so the same two are joined once. */
const joined = new WeakMap<readonly KubeObject[], Joined>();

const join = (own: readonly KubeObject[], theirs: readonly KubeObject[]): readonly KubeObject[] => {
  const known = joined.get(own)?.get(theirs);
  if (known !== undefined) return known;
  const names = new Set(own.map(({ metadata: { name } }) => name));
  const all = [...own, ...theirs.filter(({ metadata: { name } }) => !names.has(name))];
  joined.set(own, (joined.get(own) ?? new WeakMap()).set(theirs, all));
  return all;
};

/** The objects of a kind in a namespace in both APIs, one of each name: the very same list as long as none of them changes. */
export const listInBoth = (
  cache: Pick<LookUpCache, 'listIn'>,
  kind: DoubleKind,
  namespace: string,
): readonly KubeObject[] => {
  const own = cache.listIn(kind, namespace);
  const theirs = cache.listIn(kind, namespace, externalSecretsGroup);
  if (theirs.length === 0) return own;
  return own.length === 0 ? theirs : join(own, theirs);
};

/** A namespace's labels; undefined where the Namespace is not known. */
export const namespaceLabels = (
  cache: Pick<LookUpCache, 'get'>,
  name: string,
): Readonly<Record<string, string>> | undefined => {
  const namespace = cache.get({ kind: 'Namespace', name });
  return namespace && { ...namespace.metadata.labels, [nameLabel]: name };
};
