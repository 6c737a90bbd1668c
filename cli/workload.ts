import { annotationPrefix } from '../lib/names.ts';
import type { Pod } from '../webhook/core/pod.ts';
import { podsOf, type PodCount } from './core/pod-count.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface TemplatePlace {
  /** API group; other groups have kinds of the same names. */
  readonly group: string;
  readonly path: readonly string[];
}

/** Where each kind keeps its pod template. */
const templatePlaces: ReadonlyMap<string, TemplatePlace> = new Map<string, TemplatePlace>([
  ['Pod', { group: '', path: [] }],
  ['PodTemplate', { group: '', path: ['template'] }],
  ['ReplicationController', { group: '', path: ['spec', 'template'] }],
  ['Deployment', { group: 'apps', path: ['spec', 'template'] }],
  ['StatefulSet', { group: 'apps', path: ['spec', 'template'] }],
  ['DaemonSet', { group: 'apps', path: ['spec', 'template'] }],
  ['ReplicaSet', { group: 'apps', path: ['spec', 'template'] }],
  ['Job', { group: 'batch', path: ['spec', 'template'] }],
  ['CronJob', { group: 'batch', path: ['spec', 'jobTemplate', 'spec', 'template'] }],
]);

/** A job's template is an object with metadata of its own between the CronJob and its pods. */
const jobTemplatePath = ['spec', 'jobTemplate'];

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((current, name) => (isObject(current) ? current[name] : undefined), value);

const replaceAt = (value: Json, path: readonly string[], replacement: Json): Json => {
  const [name, ...rest] = path;
  if (name === undefined) return replacement;
  const child = value[name];
  return { ...value, [name]: replaceAt(isObject(child) ? child : {}, rest, replacement) };
};

/** An annotation of ours where it does nothing. */
export interface Misplaced {
  readonly name: string;
  /** What it stands on, for messages: `the Deployment itself`. */
  readonly on: string;
}

/** A document that makes pods. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Its pod, or the pod that its template stands for; not checked to be one. */
  readonly pod: unknown;
  /** How many pods it makes, as far as it says so. */
  readonly pods: PodCount;
  readonly misplaced: readonly Misplaced[];
  /** The document with another pod in place of `pod`. */
  withPod(pod: Pod): Json;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const ourAnnotations = (object: unknown): readonly string[] => {
  const annotations = at(object, ['metadata', 'annotations']);
  return isObject(annotations)
    ? Object.keys(annotations).filter((name) => name.startsWith(annotationPrefix))
    : [];
};

const misplacedOf = (document: Json, kind: string): readonly Misplaced[] => {
  if (kind === 'Pod') return [];
  const own = ourAnnotations(document).map((name) => ({ name, on: `the ${kind} itself` }));
  if (kind !== 'CronJob') return own;
  const between = ourAnnotations(at(document, jobTemplatePath));
  return [...own, ...between.map((name) => ({ name, on: "the CronJob's jobTemplate" }))];
};

const placeOf = (document: Json, kind: string): readonly string[] | undefined => {
  const place = templatePlaces.get(kind);
  const apiVersion = text(document['apiVersion']);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.lastIndexOf('/')) : '';
  // Without an apiVersion the kind has to do: saying nothing at all would look like saying that all is well.
  return apiVersion === '' || place?.group === group ? place?.path : undefined;
};

/** Finds the pod in a document, or undefined where the document's kind makes none. */
export const workloadOf = (document: Json, defaultNamespace: string): Workload | undefined => {
  const kind = text(document['kind']);
  const path = placeOf(document, kind);
  if (path === undefined) return undefined;
  const name =
    text(at(document, ['metadata', 'name'])) || `${text(at(document, ['metadata', 'generateName']))}*`;
  const namespace = text(at(document, ['metadata', 'namespace'])) || defaultNamespace;
  const owner = kind === 'CronJob' ? at(document, jobTemplatePath) : document;
  return {
    kind,
    name,
    namespace,
    pod: at(document, path),
    pods: podsOf(kind, at(owner, ['spec'])),
    misplaced: misplacedOf(document, kind),
    withPod: (pod) => replaceAt(document, path, pod as Json),
  };
};
