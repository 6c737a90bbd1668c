import { ok, type Result } from '../result.ts';
import { ask, type Asking } from './ask.ts';
import type { KubeFailure } from './failure.ts';
import { isRecord, parseObject, type KubeObject } from './object.ts';
import { collectionPath, objectPath, type KubeResource } from './resource.ts';

/** A ConfigMap with its texts; `binaryData` is left behind. */
export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

const kindOf = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** Lists and watches only ConfigMaps of one name, so that RBAC can name it; in all namespaces where none is given. */
export const configMapResource = (name: string, namespace?: string): KubeResource => ({
  group: '',
  ...kindOf,
  plural: 'configmaps',
  namespace,
  name,
});

export const parseConfigMap = (value: unknown): ConfigMap | undefined => {
  const object = parseObject(value, kindOf);
  if (!object.ok || object.value.kind !== kindOf.kind || !isRecord(value)) return undefined;
  const entries = Object.entries(isRecord(value['data']) ? value['data'] : {});
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...object.value, data: Object.fromEntries(texts) };
};

/** The ConfigMap as it is now; undefined where there is none. */
export const getConfigMap = async (
  asking: Asking,
  { namespace, name }: ConfigMapName,
): Promise<Result<ConfigMap | undefined, KubeFailure>> => {
  const path = objectPath(configMapResource(name, namespace), name);
  const answer = await ask(asking, { method: 'GET', path }, parseConfigMap);
  return !answer.ok && answer.error.status === 404 ? ok(undefined) : answer;
};

export interface ConfigMapContent {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
}

const fieldManager = { fieldManager: 'keyferry' };

/** Fails with 409 where somebody else made it first. */
export const createConfigMap = (
  asking: Asking,
  { namespace, name }: ConfigMapName,
  { labels, annotations, data }: ConfigMapContent,
): Promise<Result<ConfigMap, KubeFailure>> => {
  const metadata = { namespace, name, labels, annotations };
  const body = { contentType: 'application/json', text: JSON.stringify({ ...kindOf, metadata, data }) };
  const path = collectionPath(configMapResource(name, namespace));
  return ask(asking, { method: 'POST', path, query: fieldManager, body }, parseConfigMap);
};

/** Merges into the version that was read; fails with 409 where somebody else wrote in between. */
export const patchConfigMap = (
  asking: Asking,
  { namespace, name }: ConfigMapName,
  { resourceVersion, labels, annotations, data }: ConfigMapContent & { readonly resourceVersion: string },
): Promise<Result<ConfigMap, KubeFailure>> => {
  const text = JSON.stringify({ metadata: { resourceVersion, labels, annotations }, data });
  const body = { contentType: 'application/merge-patch+json', text };
  const path = objectPath(configMapResource(name, namespace), name);
  return ask(asking, { method: 'PATCH', path, query: fieldManager, body }, parseConfigMap);
};
