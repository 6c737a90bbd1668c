import { annotation } from '../../lib/annotation-names.ts';
import { isOurs } from './containers.ts';
import type { Injected } from './injected.ts';
import {
  initContainers,
  mountsOf,
  volumes,
  type Container,
  type Pod,
  type Volume,
  type VolumeMount,
} from './pod.ts';

/** How a pod is changed: what is added, to whom, where, and what the status annotation says. */
export interface Mutation {
  readonly injected: Injected;
  /** Index among the init containers that are not ours. */
  readonly position: number;
  /** Names of the containers that get the mount. */
  readonly recipients: ReadonlySet<string>;
  readonly status: string;
}

const withMount = (container: Container, mount: VolumeMount): Container =>
  mountsOf(container).some(({ name }) => name === mount.name)
    ? container
    : { ...container, volumeMounts: [...mountsOf(container), mount] };

const withVolumes = (present: readonly Volume[], ours: readonly Volume[]): readonly Volume[] => [
  ...present,
  ...ours.filter(({ name }) => present.every((volume) => volume.name !== name)),
];

/**
 * Adds what is not there yet and leaves the rest as it is. A container of ours that is there already is kept as others left
 * it (`reservedNameIssues` has checked it) and only moved to its place.
 */
export const injectInto = (pod: Pod, { injected, position, recipients, status }: Mutation): Pod => {
  const mount = (container: Container): Container =>
    recipients.has(container.name) ? withMount(container, injected.mount) : container;
  const others = initContainers(pod).filter(({ name }) => !isOurs(name));
  const ours = injected.containers.map(
    (container) => initContainers(pod).find(({ name }) => name === container.name) ?? container,
  );
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata?.annotations, [annotation('status')]: status },
    },
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).map(mount),
      initContainers: [...others.slice(0, position), ...ours, ...others.slice(position)].map(mount),
      volumes: withVolumes(volumes(pod), injected.volumes),
    },
  };
};
