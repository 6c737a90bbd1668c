import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastJsonPatch from 'fast-json-patch';
import { parse } from 'yaml';
import { parseDocuments, type ManifestDocument } from '../../lib/kube/documents.ts';
import { isExternalSecretsResource } from '../../lib/kube/cache.ts';
import { parseManifests } from '../../lib/kube/manifests.ts';
import { groupOf } from '../../lib/kube/object-cache.ts';
import type { KubeObject } from '../../lib/kube/object.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { decideOn } from './golden-admission.ts';

/** Cases are folders; names that start with `_` are not cases. */
const casesFolder = join(import.meta.dirname, '..', 'golden', 'inject');

/** What a case may be made of, besides its `want.*` files. */
export const inputNames = ['pod', 'namespace', 'stores', 'settings', 'request', 'between'].map(
  (name) => `${name}.yaml`,
);

type Json = Readonly<Record<string, unknown>>;

/** What the webhook knows when it decides. */
export interface GoldenKnown {
  readonly objects: readonly KubeObject[];
  readonly settings: Settings;
}

export interface GoldenCase extends GoldenKnown {
  readonly name: string;
  readonly folder: string;
  /** Why the case is there: the comment in the first line of `pod.yaml`. */
  readonly why: string;
  readonly namespace: string;
  /** The AdmissionReview as the API server sends it. */
  readonly review: Json;
  readonly pod: Pod;
}

export const caseNames: readonly string[] = readdirSync(casesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
  .map(({ name }) => name)
  .sort();

const textOf = (folder: string, name: string): string => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

const yamlOf = (folder: string, name: string): Json => (parse(textOf(folder, name)) ?? {}) as Json;

/** A file of the case put over the one of the same name in `_defaults`, field by field. */
const merged = (folder: string, name: string): Json => ({
  ...yamlOf(join(casesFolder, '_defaults'), name),
  ...yamlOf(folder, name),
});

const documentsOf = (folder: string, name: string): readonly ManifestDocument[] => {
  const { documents, problems } = parseDocuments([{ name, text: textOf(folder, name) }]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return documents;
};

const objectsOf = (documents: readonly ManifestDocument[], namespace: string): readonly KubeObject[] => {
  const { objects, problems } = parseManifests(documents, namespace);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return objects;
};

const keyOf = (object: KubeObject): string =>
  [groupOf(object), object.kind, object.metadata.namespace ?? '', object.metadata.name].join(' ');

/** Without the setting the webhook has none of External Secrets Operator's objects. */
const isRead = (object: KubeObject, { externalSecretsOperatorRead }: Settings): boolean =>
  externalSecretsOperatorRead || !isExternalSecretsResource({ group: groupOf(object) });

const allObjects = (folder: string, namespaceObject: Json, namespace: string): readonly KubeObject[] => {
  const defaults = objectsOf(documentsOf(join(casesFolder, '_defaults'), 'stores.yaml'), namespace);
  const own = objectsOf(
    [{ source: 'namespace.yaml', value: namespaceObject }, ...documentsOf(folder, 'stores.yaml')],
    namespace,
  );
  const byKey = new Map([...defaults, ...own].map((object) => [keyOf(object), object]));
  return [...byKey.values()];
};

/** The review of the creation of a pod, in the envelope of `_defaults/request.yaml`. */
export const reviewOf = (pod: Pod, namespace: string, request: Json): Json => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { namespace, name: pod.metadata?.name ?? '', object: pod, ...request },
});

/**
 * The pod of a case. With `between.yaml`, a JSON Patch, it is the injected pod as somebody changed it before the webhook was called
 * again.
 */
const secondTime = (folder: string, pod: Pod, decide: (pod: Pod) => Outcome): Pod => {
  const changes = parse(textOf(folder, 'between.yaml')) as fastJsonPatch.Operation[] | null;
  if (changes === null) return pod;
  const first = decide(pod);
  if (first.kind !== 'inject') throw new Error(`${folder}: the pod is not injected in the first place`);
  const injected = JSON.parse(JSON.stringify(first.pod)) as Pod;
  return fastJsonPatch.applyPatch(injected, changes, true).newDocument;
};

export const loadCase = (name: string): GoldenCase => {
  const folder = join(casesFolder, name);
  const text = textOf(folder, 'pod.yaml');
  const namespaceObject = merged(folder, 'namespace.yaml');
  const namespace = String((namespaceObject['metadata'] as Json)['name']);
  const request = merged(folder, 'request.yaml');
  const settings = { ...defaultSettings, ...merged(folder, 'settings.yaml') };
  const objects = allObjects(folder, namespaceObject, namespace);
  const known = { objects: objects.filter((object) => isRead(object, settings)), settings };
  const pod = secondTime(folder, parse(text) as Pod, (first) =>
    decideOn(reviewOf(first, namespace, request), known),
  );
  const why = /^# (.+)/.exec(text)?.[1] ?? '';
  return { name, folder, why, namespace, pod, review: reviewOf(pod, namespace, request), ...known };
};
