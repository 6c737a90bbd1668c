import { join } from 'node:path';
import type { Container, TakenPod } from '../manifest/pod-types.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { Changes } from './changes.ts';
import { ContainerRunner } from '../containers/container-runner.ts';
import { PodRunner } from './pod-runner.ts';
import type { PodVolumes } from '../volumes/pod-volumes.ts';
import type { ReachablePrograms } from '../containers/reachable.ts';
import type { Role } from './state.ts';
import type { Image, PodEvent } from '../types.ts';

export interface PodMaking {
  readonly pod: TakenPod;
  /** The pod's own folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly images: ReadonlyMap<string, Image>;
  readonly programs: ReachablePrograms;
  readonly volumes: PodVolumes;
}

const mountsOf = (container: Container, volumes: PodVolumes): ReadonlyMap<string, string> =>
  new Map((container.volumeMounts ?? []).map(({ name, mountPath }) => [mountPath, volumes.path(name)]));

const rolesOf = (pod: TakenPod): [Container, Role][] => [
  ...(pod.spec.initContainers ?? []).map((container): [Container, Role] => [
    container,
    container.restartPolicy === 'Always' ? 'sidecar' : 'init',
  ]),
  ...pod.spec.containers.map((container): [Container, Role] => [container, 'app']),
];

/** Puts a pod together whose volumes are there. */
export const makePod = (making: PodMaking): PodRunner => {
  const { pod, folder, clock, images, programs, volumes } = making;
  const changes = new Changes();
  const stateChanges = new Changes();
  const events: PodEvent[] = [];
  const roles = rolesOf(pod);
  const containers = roles.map(
    ([container, role]) =>
      new ContainerRunner({
        pod,
        container,
        role,
        clock,
        programs,
        image: images.get(container.image ?? '') ?? {},
        root: join(folder, 'containers', container.name, 'root'),
        mounts: mountsOf(container, volumes),
        siblings: roles.length,
        terminationGracePeriodSeconds: pod.spec.terminationGracePeriodSeconds ?? 30,
        onEvent: (type, reason, message) => {
          runner.event(type, reason, message, container.name);
        },
        onChange: (what) => {
          if (what === 'state') stateChanges.notify();
          changes.notify();
        },
      }),
  );
  const runner = new PodRunner({ pod, clock, volumes, containers, changes, stateChanges, events });
  return runner;
};
