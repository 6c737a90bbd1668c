import { cachedKinds } from './cache.ts';
import type { ManifestDocument } from './documents.ts';
import { isCachedKind } from './object-cache.ts';
import { parseObject, type KubeObject } from './object.ts';

export interface ParsedManifests {
  /** Of the cached kinds; documents of other kinds are left out. */
  readonly objects: readonly KubeObject[];
  readonly problems: readonly string[];
}

/** Where `kubectl apply` would put what names no namespace, unless told otherwise. */
const defaultNamespace = 'default';

const placed = (object: KubeObject, defaultNamespace: string | undefined): KubeObject => {
  const { namespace, ...metadata } = object.metadata;
  return defaultNamespace === undefined
    ? { ...object, metadata }
    : { ...object, metadata: { ...metadata, namespace: namespace ?? defaultNamespace } };
};

type Picked =
  | { readonly kind: 'object'; readonly object: KubeObject }
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly problem: string };

const pick = (value: Readonly<Record<string, unknown>>, defaultNamespace: string): Picked => {
  const { apiVersion, kind } = value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || !isCachedKind(kind))
    return { kind: 'other' };
  const known = cachedKinds[kind];
  if (apiVersion !== known.apiVersion) {
    return apiVersion.split('/')[0] === known.group && known.group !== ''
      ? {
          kind: 'problem',
          problem: `${kind} is of ${apiVersion}, which is not served; write ${known.apiVersion}`,
        }
      : { kind: 'other' };
  }
  const object = parseObject(value);
  return object.ok
    ? { kind: 'object', object: placed(object.value, known.namespaced ? defaultNamespace : undefined) }
    : { kind: 'problem', problem: `${kind}: ${object.error}` };
};

/**
 * The objects that admission looks up, out of documents of any kind; `namespace` is for those that name none. The same object
 * twice is a problem.
 */
export const parseManifests = (
  documents: readonly ManifestDocument[],
  namespace = defaultNamespace,
): ParsedManifests => {
  const objects = new Map<string, { readonly source: string; readonly object: KubeObject }>();
  const problems: string[] = [];
  for (const { source, value } of documents) {
    const picked = pick(value, namespace);
    if (picked.kind === 'other') continue;
    if (picked.kind === 'problem') {
      problems.push(`${source}: ${picked.problem}`);
      continue;
    }
    const { kind, metadata } = picked.object;
    const key = [kind, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join(
      ' ',
    );
    const earlier = objects.get(key);
    if (earlier === undefined) objects.set(key, { source, object: picked.object });
    else problems.push(`${source}: ${key} is already in ${earlier.source}`);
  }
  return { objects: [...objects.values()].map(({ object }) => object), problems };
};
