import type {
  ConfigMapProjection,
  DownwardFile,
  KeyFile,
  Pod,
  TokenProjection,
  Volume,
  VolumeProjection,
} from '../manifest/pod-types.ts';
import type { Payload, PayloadFile } from './atomic-writer.ts';
import { readField } from '../manifest/field-path.ts';
import type { ConfigMapSource } from '../types.ts';
import { tokenOwner } from '../manifest/users.ts';

/** What the files of a volume are made from; tokens are asked for elsewhere, since they are kept. */
export interface PayloadSources {
  readonly pod: Pod;
  readonly configMaps: ConfigMapSource;
  readonly token: (projection: TokenProjection) => string;
  /** Whether podbox may give files to other users. */
  readonly mayChown: boolean;
}

const defaultMode = 0o644;
type Files = [path: string, file: PayloadFile][];

const downwardFiles = (pod: Pod, items: readonly DownwardFile[], mode: number): Files =>
  items.map((item) => [
    item.path,
    { data: readField(pod, item.fieldRef?.fieldPath ?? ''), mode: item.mode ?? mode },
  ]);

const configMapFiles = (sources: PayloadSources, projection: ConfigMapProjection, mode: number): Files => {
  const namespace = sources.pod.metadata?.namespace ?? '';
  const name = projection.name ?? '';
  const data = sources.configMaps(namespace, name);
  if (data === undefined && projection.optional !== true) {
    throw new Error(`configmap "${name}" not found`);
  }
  const everyKey = (): readonly KeyFile[] => Object.keys(data ?? {}).map((key) => ({ key, path: key }));
  return (projection.items ?? everyKey()).flatMap((item): Files => {
    const text = data !== undefined && Object.hasOwn(data, item.key) ? data[item.key] : undefined;
    if (text !== undefined) {
      return [[item.path, { data: text, mode: item.mode ?? mode }]];
    }
    if (projection.optional === true) return [];
    throw new Error(`configmap "${name}" references non-existent key: ${item.key}`);
  });
};

/**
 * A token is its owner's alone as soon as the pod says who that is; a pod with a group gets the group's right to read later, with
 * the rest of the volume. https://kubernetes.io/docs/concepts/storage/projected-volumes/#securitycontext-interactions
 */
const tokenFile = (sources: PayloadSources, projection: TokenProjection, mode: number): Files => {
  const owner = tokenOwner(sources.pod);
  const restricted = owner !== undefined || sources.pod.spec?.securityContext?.fsGroup !== undefined;
  const file = { data: sources.token(projection), mode: restricted ? 0o600 : mode };
  return [[projection.path, owner !== undefined && sources.mayChown ? { ...file, owner } : file]];
};

const projectedFiles = (sources: PayloadSources, source: VolumeProjection, mode: number): Files => {
  if (source.serviceAccountToken) return tokenFile(sources, source.serviceAccountToken, mode);
  if (source.configMap) return configMapFiles(sources, source.configMap, mode);
  return downwardFiles(sources.pod, source.downwardAPI?.items ?? [], mode);
};

/** The files of a projected or downward API volume; throws what the kubelet would report as FailedMount. */
export const volumePayload = (volume: Volume, sources: PayloadSources): Payload => {
  if (volume.downwardAPI) {
    const { items = [], defaultMode: mode = defaultMode } = volume.downwardAPI;
    return new Map(downwardFiles(sources.pod, items, mode));
  }
  const mode = volume.projected?.defaultMode ?? defaultMode;
  const projections = volume.projected?.sources ?? [];
  return new Map(projections.flatMap((source) => projectedFiles(sources, source, mode)));
};
