import { annotationPrefix } from '../lib/names.ts';
import type { Pod } from '../webhook/core/pod.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where each kind keeps its pod template. */
const templatePaths: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['Pod', []],
  ['PodTemplate', ['template']],
  ['Deployment', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['DaemonSet', ['spec', 'template']],
  ['ReplicaSet', ['spec', 'template']],
  ['ReplicationController', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
]);

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((current, name) => (isObject(current) ? current[name] : undefined), value);

const replaceAt = (value: Json, path: readonly string[], replacement: Json): Json => {
  const [name, ...rest] = path;
  if (name === undefined) return replacement;
  const child = value[name];
  return { ...value, [name]: replaceAt(isObject(child) ? child : {}, rest, replacement) };
};

/** A document that makes pods. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Its pod, or the pod that its template stands for; not checked to be one. */
  readonly pod: unknown;
  /** Names of our annotations that stand on the workload itself, where they do nothing. */
  readonly misplaced: readonly string[];
  /** The document with another pod in place of `pod`. */
  withPod(pod: Pod): Json;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const ourAnnotations = (document: unknown): readonly string[] => {
  const annotations = at(document, ['metadata', 'annotations']);
  return isObject(annotations)
    ? Object.keys(annotations).filter((name) => name.startsWith(annotationPrefix))
    : [];
};

/** Finds the pod in a document, or undefined where the document's kind makes none. */
export const workloadOf = (document: Json, defaultNamespace: string): Workload | undefined => {
  const kind = text(document['kind']);
  const path = templatePaths.get(kind);
  if (path === undefined) return undefined;
  const name =
    text(at(document, ['metadata', 'name'])) || `${text(at(document, ['metadata', 'generateName']))}*`;
  const namespace = text(at(document, ['metadata', 'namespace'])) || defaultNamespace;
  const misplaced = kind === 'Pod' ? [] : ourAnnotations(document);
  return {
    kind,
    name,
    namespace,
    pod: at(document, path),
    misplaced,
    withPod: (pod) => replaceAt(document, path, pod as Json),
  };
};
