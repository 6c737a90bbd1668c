import { annotation } from '../../lib/annotation-names.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { identityVolumeName, planVariable, secretsVolumeName, stateVolumeName } from '../../lib/names.ts';
import { trustlessPlan } from '../../lib/plan-hash.ts';
import { quoted, sentenceList } from '../../lib/text.ts';
import { issue, type Issue } from './codes.ts';
import { isOurs } from './containers.ts';
import type { Injected } from './injected.ts';
import {
  allContainers,
  initContainers,
  mountsOf,
  volumes,
  type Container,
  type Pod,
  type VolumeMount,
} from './pod.ts';

const ourVolumes: readonly string[] = [secretsVolumeName, stateVolumeName, identityVolumeName];

/** What we own of our containers. Resources, the image and additions are others' to change (LimitRanges, registry mirrors). */
const ownedFields = ['command', 'args', 'restartPolicy', 'lifecycle', 'securityContext'] as const;

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Ours are there as they are, and nobody mounts anything over them. */
const mountsDiffer = (there: Container, ours: Container): boolean => {
  const others = mountsOf(there).filter(({ name }) => !ourVolumes.includes(name));
  const mine = mountsOf(there).filter(({ name }) => ourVolumes.includes(name));
  const covered = others.some(({ mountPath }) =>
    mountsOf(ours).some((mount) => isWithin(mountPath, mount.mountPath)),
  );
  return covered || !deepEqual(mine, mountsOf(ours));
};

type Variable = NonNullable<Container['env']>[number];

/** The same variable, or a plan that differs in nothing but the broker's certificates: those of an earlier admission will do. */
const isSameVariable = (there: Variable | undefined, ours: Variable): boolean => {
  if (deepEqual(there, ours)) return true;
  const [theirValue, ourValue] = [there?.['value'], ours['value']];
  return (
    ours.name === planVariable &&
    typeof theirValue === 'string' &&
    typeof ourValue === 'string' &&
    deepEqual({ ...there, value: trustlessPlan(theirValue) }, { ...ours, value: trustlessPlan(ourValue) })
  );
};

const environmentDiffers = (there: Container, ours: Container): boolean =>
  (ours.env ?? []).some((variable) => {
    const same = (there.env ?? []).filter(({ name }) => name === variable.name);
    return same.length !== 1 || !isSameVariable(same[0], variable);
  });

const differences = (there: Container, ours: Container): readonly string[] => [
  ...ownedFields.filter((field) => !deepEqual(there[field], ours[field])),
  ...(environmentDiffers(there, ours) ? ['env'] : []),
  ...(mountsDiffer(there, ours) ? ['volumeMounts'] : []),
];

const containerIssues = (pod: Pod, injected: Injected): Issue[] =>
  allContainers(pod)
    .filter(({ name }) => isOurs(name))
    .flatMap((there) => {
      const ours = injected.containers.find(({ name }) => name === there.name);
      const place = `container ${quoted(there.name)}`;
      if (ours === undefined || !initContainers(pod).includes(there)) {
        return [
          issue(
            'reserved_name',
            place,
            `bears a name of Keyferry's, which this lifecycle puts no container under; rename or remove it`,
          ),
        ];
      }
      const fields = differences(there, ours);
      if (fields.length === 0) return [];
      const message = `bears a name of Keyferry's, and its ${sentenceList(fields)} ${fields.length === 1 ? 'is' : 'are'} not what Keyferry puts there; remove it, and it will be added as it has to be`;
      return [issue('reserved_name', place, message)];
    });

const volumeIssues = (pod: Pod, injected: Injected): Issue[] =>
  volumes(pod)
    .filter(({ name }) => ourVolumes.includes(name))
    .filter((there) => !injected.volumes.some((ours) => deepEqual(ours, there)))
    .map(({ name }) =>
      issue(
        'reserved_name',
        `volume ${quoted(name)}`,
        `bears a name of Keyferry's and is not what Keyferry puts there; remove it`,
      ),
    );

const mountIssue = (
  mount: VolumeMount,
  { ours, receives, place }: { ours: VolumeMount; receives: boolean; place: string },
): Issue[] => {
  if (mount.name === secretsVolumeName) {
    if (receives && deepEqual(mount, ours)) return [];
    const way = `leave the mount to Keyferry (${annotation('containers')}, ${annotation('mount-path')})`;
    return [issue('reserved_name', place, `mounts ${secretsVolumeName} by hand; ${way}`)];
  }
  if (ourVolumes.includes(mount.name))
    return [
      issue('reserved_name', place, `mounts ${mount.name}, which is the agent's alone; remove the mount`),
    ];
  if (!receives || !isWithin(mount.mountPath, ours.mountPath)) return [];
  const message = `mounts ${quoted(mount.name)} at ${mount.mountPath}, where Keyferry's files have to be; choose another ${annotation('mount-path')}`;
  return [issue('mount_conflict', place, message)];
};

const mountIssues = (pod: Pod, injected: Injected, recipients: readonly Container[]): Issue[] =>
  allContainers(pod)
    .filter(({ name }) => !isOurs(name))
    .flatMap((container) => {
      const receives = recipients.some(({ name }) => name === container.name);
      const place = `container ${quoted(container.name)}`;
      return mountsOf(container).flatMap((mount) =>
        mountIssue(mount, { ours: injected.mount, receives, place }),
      );
    });

/**
 * What stands in the pod under a name of ours must be what we would put there, whoever put it: a mark that a user could write
 * is no proof of an injection.
 */
export const reservedNameIssues = (
  pod: Pod,
  injected: Injected,
  recipients: readonly Container[],
): readonly Issue[] => [
  ...containerIssues(pod, injected),
  ...volumeIssues(pod, injected),
  ...mountIssues(pod, injected, recipients),
];
