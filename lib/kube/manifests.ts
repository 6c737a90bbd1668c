import { deepEqual } from '../deep-equal.ts';
import { isExternalSecretsResource, type CachedResource } from './cache.ts';
import type { ManifestDocument } from './documents.ts';
import { cachedResource, groupOf, parseCached } from './object-cache.ts';
import { isRecord, type KubeObject } from './object.ts';

export interface ParsedManifests {
  /** Of the cached resources; documents of other kinds and groups are left out. */
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

/** Whether it is an object that nobody here reads, because of its name: what is wrong with it is not for us to say. */
const isNamedOtherwise = (
  { name }: CachedResource,
  { metadata }: Readonly<Record<string, unknown>>,
): boolean => name !== undefined && (!isRecord(metadata) || metadata['name'] !== name);

const read = (
  known: CachedResource,
  value: Readonly<Record<string, unknown>>,
  defaultNamespace: string,
): Picked => {
  if (isNamedOtherwise(known, value)) return { kind: 'other' };
  const object = parseCached(known, value);
  if (!object.ok) return { kind: 'problem', problem: `${known.kind}: ${object.error}` };
  return { kind: 'object', object: placed(object.value, known.namespaced ? defaultNamespace : undefined) };
};

const pick = (value: Readonly<Record<string, unknown>>, defaultNamespace: string): Picked => {
  const { apiVersion, kind } = value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return { kind: 'other' };
  const known = cachedResource(kind, groupOf({ apiVersion }));
  if (known === undefined) return { kind: 'other' };
  if (!known.apiVersions.includes(apiVersion)) {
    const [newest] = known.apiVersions;
    const served = isExternalSecretsResource(known) ? 'read' : 'served';
    // Whatever else has no group is not of a version that Kubernetes ever had.
    return known.group === ''
      ? { kind: 'other' }
      : {
          kind: 'problem',
          problem: `${kind} is of ${apiVersion}, which is not ${served}; write ${newest}`,
        };
  }
  return read(known, value, defaultNamespace);
};

/**
 * The objects that admission looks up, out of documents of any kind; `namespace` is for those that name none. The same object
 * twice is a problem, unless both say the same: what several teams need is often copied beside the workloads of each.
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
    const name = [
      kind,
      ...(metadata.namespace === undefined ? [] : [metadata.namespace]),
      metadata.name,
    ].join(' ');
    const key = `${groupOf(picked.object)} ${name}`;
    const earlier = objects.get(key);
    if (earlier === undefined) objects.set(key, { source, object: picked.object });
    else if (!deepEqual(earlier.object, picked.object))
      problems.push(`${source}: ${name} is already in ${earlier.source}, and says something else there`);
  }
  return { objects: [...objects.values()].map(({ object }) => object), problems };
};
