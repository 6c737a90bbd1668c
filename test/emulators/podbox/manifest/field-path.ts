import type { Pod } from './pod-types.ts';

type Reader = (pod: Pod) => string;

/** One `key="value"` a line, sorted, as the kubelet writes all labels or annotations into one file. */
const formatMap = (entries: Readonly<Record<string, string>> = {}): string =>
  Object.keys(entries)
    .sort()
    .map((key) => `${key}=${JSON.stringify(entries[key] ?? '')}`)
    .join('\n');

const environmentOnly: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['spec.nodeName', (pod) => pod.spec?.nodeName ?? ''],
  ['spec.serviceAccountName', (pod) => pod.spec?.serviceAccountName ?? 'default'],
  ['status.hostIP', () => '127.0.0.1'],
  ['status.podIP', () => '127.0.0.1'],
  ['status.podIPs', () => '127.0.0.1'],
]);

const volumesOnly: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['metadata.annotations', (pod) => formatMap(pod.metadata?.annotations)],
  ['metadata.labels', (pod) => formatMap(pod.metadata?.labels)],
]);

const anywhere: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['metadata.name', (pod) => pod.metadata?.name ?? ''],
  ['metadata.namespace', (pod) => pod.metadata?.namespace ?? ''],
  ['metadata.uid', (pod) => pod.metadata?.uid ?? ''],
]);

const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

const readSubscripted = (pod: Pod, path: string): string => {
  const [, field, key = ''] = subscript.exec(path) ?? [];
  const entries = (field === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations) ?? {};
  return Object.hasOwn(entries, key) ? (entries[key] ?? '') : '';
};

const isIn = (only: ReadonlyMap<string, Reader>, path: unknown): boolean =>
  typeof path === 'string' && (only.has(path) || anywhere.has(path) || subscript.test(path));

/** Whether a volume can show the field. https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export const isVolumeFieldPath = (path: unknown): boolean => isIn(volumesOnly, path);

/** Whether an environment variable can. */
export const isEnvironmentFieldPath = (path: unknown): boolean => isIn(environmentOnly, path);

/** The field's value; a label or an annotation that the pod lacks is empty. */
export const readField = (pod: Pod, path: string): string => {
  const reader = anywhere.get(path) ?? environmentOnly.get(path) ?? volumesOnly.get(path);
  return reader === undefined ? readSubscripted(pod, path) : reader(pod);
};
