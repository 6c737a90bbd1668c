import type { Container, Pod } from './pod-types.ts';
import { check, type Findings } from './allow-list.ts';
import { podRule } from './pod-fields.ts';
import type { Image } from '../types.ts';

/** A manifest that podbox would not run as a cluster does; nothing of it was started. */
export class RefusedPodError extends Error {
  /** Every reason, by path. */
  readonly refused: readonly string[];

  constructor(name: string, refused: readonly string[]) {
    super(`podbox does not honour all of pod "${name}":\n${refused.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'RefusedPodError';
    this.refused = refused;
  }
}

interface Placed {
  readonly path: string;
  readonly container: Container;
}

const placed = (pod: Pod): Placed[] => [
  ...(pod.spec?.initContainers ?? []).map((container, index) => ({
    path: `spec.initContainers[${index}]`,
    container,
  })),
  ...(pod.spec?.containers ?? []).map((container, index) => ({
    path: `spec.containers[${index}]`,
    container,
  })),
];

const imageProblems = ({ path, container }: Placed, images: ReadonlyMap<string, Image>): string[] =>
  images.has(container.image ?? '')
    ? []
    : [`${path}.image (only ${[...images.keys()].map((name) => JSON.stringify(name)).join(', ')})`];

const mountProblems = ({ path, container }: Placed, volumes: ReadonlySet<string>): string[] => {
  const mounts = container.volumeMounts ?? [];
  const unknown = mounts.filter(({ name }) => !volumes.has(name));
  const nested = mounts.filter(({ mountPath }) =>
    mounts.some((other) => mountPath.startsWith(`${other.mountPath.replace(/\/+$/, '')}/`)),
  );
  return [
    ...unknown.map(({ name }) => `${path}.volumeMounts (no volume is called "${name}")`),
    ...nested.map(({ mountPath }) => `${path}.volumeMounts (${mountPath} is inside another mount)`),
  ];
};

/** The API server knows hooks of sidecars and app containers only. */
const hookProblems = ({ path, container }: Placed): string[] =>
  path.startsWith('spec.init') && container.restartPolicy !== 'Always' && container.lifecycle !== undefined
    ? [`${path}.lifecycle (only with restartPolicy "Always")`]
    : [];

const nameProblems = (pod: Pod, containers: readonly Placed[]): string[] => {
  const names = containers.map(({ container }) => container.name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...(pod.metadata?.name === undefined ? ['metadata.name (is needed)'] : []),
    ...((pod.spec?.containers ?? []).length === 0 ? ['spec.containers (is needed)'] : []),
    ...[...twice].map((name) => `spec (two containers are called "${name}")`),
  ];
};

/** Everything in a pod that podbox would have to leave out, and what it accepts without enforcing it. */
export const validatePod = (pod: Pod, images: ReadonlyMap<string, Image>): Findings => {
  const { refused, notes } = check(podRule, pod);
  if (refused.length > 0) return { refused, notes };
  const volumes = new Set((pod.spec?.volumes ?? []).map(({ name }) => name));
  const containers = placed(pod);
  const problems = containers.flatMap((each) => [
    ...imageProblems(each, images),
    ...mountProblems(each, volumes),
    ...hookProblems(each),
  ]);
  return { refused: [...nameProblems(pod, containers), ...problems], notes };
};
