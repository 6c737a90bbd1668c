import type { Container, Pod } from './pod-types.ts';
import type { Image } from '../types.ts';

/** As whom a container's processes run, by the manifest and the image. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, sorted. */
  readonly groups: readonly number[];
}

const runAsUser = (pod: Pod, container: Container): number | undefined =>
  container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;

const runAsGroup = (pod: Pod, container: Container): number | undefined =>
  container.securityContext?.runAsGroup ?? pod.spec?.securityContext?.runAsGroup;

/** Without a group of its own a process has the image's, which is root's for a user whom the image does not know. */
export const processUser = (pod: Pod, container: Container, image: Image): ProcessUser => {
  const security = pod.spec?.securityContext;
  const fsGroup = security?.fsGroup === undefined ? [] : [security.fsGroup];
  const groups = new Set([...(security?.supplementalGroups ?? []), ...fsGroup]);
  return {
    uid: runAsUser(pod, container) ?? image.user ?? 0,
    gid: runAsGroup(pod, container) ?? image.group ?? 0,
    groups: [...groups].sort((a, b) => a - b),
  };
};

/** Why the kubelet would not create the container, if runAsNonRoot is set and it would run as root. */
export const nonRootProblem = (pod: Pod, container: Container, image: Image): string | undefined => {
  const required = container.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot;
  if (required !== true || processUser(pod, container, image).uid !== 0) return undefined;
  return runAsUser(pod, container) === 0
    ? "container's runAsUser breaks non-root policy"
    : 'container has runAsNonRoot and image will run as root';
};

/**
 * The one user who owns projected tokens: set for every container and the same for all, else nobody in particular.
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/#securitycontext-interactions
 */
export const tokenOwner = (pod: Pod): number | undefined => {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const users = new Set(containers.map((container) => runAsUser(pod, container)));
  return users.size === 1 ? [...users][0] : undefined;
};
