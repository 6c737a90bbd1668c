import { err, ok, type Result } from '../result.ts';

/** What Keyferry keeps of an object's metadata. */
export interface KubeMetadata {
  readonly name: string;
  /** Absent on cluster-scoped objects. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Counts the changes of `spec`. */
  readonly generation?: number;
  readonly deletionTimestamp?: string;
}

/** A Kubernetes object as our caches hold it. Whatever is not named here was dropped on the way in. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly spec?: unknown;
  /** Of the one ConfigMap that caches hold. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Written by `kubectl apply`: a second copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stringMap = (value: unknown, name: string): Result<Record<string, string> | undefined, string> => {
  if (value === undefined || value === null) return ok(undefined);
  if (!isRecord(value)) return err(`metadata.${name} is not a map`);
  const entries = Object.entries(value);
  const wrong = entries.find(([, text]) => typeof text !== 'string');
  if (wrong !== undefined) return err(`metadata.${name}["${wrong[0]}"] is not a string (quote it)`);
  const kept = entries.filter(([key]) => key !== lastApplied) as [string, string][];
  return ok(kept.length === 0 ? undefined : Object.fromEntries(kept));
};

const optionalStrings = ['namespace', 'uid', 'resourceVersion', 'deletionTimestamp'] as const;

type OptionalTexts = Partial<Record<(typeof optionalStrings)[number], string>>;

const parseTexts = (value: Record<string, unknown>): Result<OptionalTexts, string> => {
  const texts: OptionalTexts = {};
  for (const field of optionalStrings) {
    const text = value[field] ?? '';
    if (typeof text !== 'string') return err(`metadata.${field} is not a string`);
    if (text !== '') texts[field] = text;
  }
  return ok(texts);
};

const parseMetadata = (value: unknown): Result<KubeMetadata, string> => {
  if (!isRecord(value)) return err('metadata is missing');
  const name = value['name'];
  if (typeof name !== 'string' || name === '') return err('metadata.name is missing');
  const texts = parseTexts(value);
  if (!texts.ok) return texts;
  const labels = stringMap(value['labels'], 'labels');
  if (!labels.ok) return labels;
  const annotations = stringMap(value['annotations'], 'annotations');
  if (!annotations.ok) return annotations;
  const { generation } = value;
  return ok({
    name,
    ...texts.value,
    ...(typeof generation === 'number' && { generation }),
    ...(labels.value && { labels: labels.value }),
    ...(annotations.value && { annotations: annotations.value }),
  });
};

/**
 * Reads an object of the API server or of a manifest, keeping only the fields of `KubeObject`: managed fields, status, data
 * and the annotation of `kubectl apply` are left behind. `defaults` fills in what the items of a list leave out.
 */
export const parseObject = (
  value: unknown,
  defaults?: { readonly apiVersion: string; readonly kind: string },
): Result<KubeObject, string> => {
  if (!isRecord(value)) return err('is not an object');
  const apiVersion = value['apiVersion'] ?? defaults?.apiVersion;
  const kind = value['kind'] ?? defaults?.kind;
  if (typeof apiVersion !== 'string') return err('apiVersion is missing');
  if (typeof kind !== 'string') return err('kind is missing');
  const metadata = parseMetadata(value['metadata']);
  if (!metadata.ok) return metadata;
  const { spec } = value;
  return ok({ apiVersion, kind, metadata: metadata.value, ...(spec !== undefined && { spec }) });
};
