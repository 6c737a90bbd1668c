import { annotation } from '../../lib/annotation-names.ts';
import { initContainerName, refreshContainerName, secretsVolumeName } from '../../lib/names.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import { didYouMean, quoted } from '../../lib/text.ts';
import { issue, type Issue } from './codes.ts';
import { allContainers, initContainers, mountsOf, type Container, type Pod } from './pod.ts';

/** Proxies that service meshes put into pods. As native sidecars they start before us. */
const meshSidecars = [
  'istio-proxy',
  'linkerd-proxy',
  'kuma-sidecar',
  'consul-dataplane',
  'consul-connect-envoy-sidecar',
];

/** What meshes put first in order to check that the pod's network is theirs. */
const meshValidators = ['istio-validation', 'linkerd-network-validator', 'kuma-validation'];

/** What turns a pod's traffic to its mesh's proxy. */
const meshSetUps = ['istio-init', 'linkerd-init', 'kuma-init', 'consul-connect-inject-init'];

/** A mesh's own containers have no use for the app's secrets. */
const meshContainers: ReadonlySet<string> = new Set([...meshSidecars, ...meshValidators, ...meshSetUps]);

/**
 * Who comes before ours without being asked. Not what turns the pod's traffic to a proxy: where the proxy is an ordinary container it
 * does not run yet, and whoever comes between has no network (istio puts its own last for that reason). Where it is a native
 * sidecar it stands behind them, and ours behind it.
 */
const forerunners: ReadonlySet<string> = new Set([...meshSidecars, ...meshValidators]);

export const isOurs = (name: string): boolean => name === initContainerName || name === refreshContainerName;

/**
 * Where among the init containers ours go: behind the proxies of meshes and the one that `after` names, before all others. An
 * index into the init containers without ours. Where ours are in the pod already they keep their place, unless somebody
 * who has to come before them was put behind them since.
 */
export const ourPosition = (pod: Pod, after: string | undefined): number => {
  const others = initContainers(pod).filter(({ name }) => !isOurs(name));
  const behindForerunners = others.findLastIndex(({ name }) => forerunners.has(name) || name === after) + 1;
  const present = initContainers(pod).findIndex(({ name }) => isOurs(name));
  return Math.max(behindForerunners, present);
};

/** Containers that a mount reaches in time, in the pod's order: the init containers behind ours, and the app's. */
const reachable = (pod: Pod, position: number): readonly Container[] => [
  ...initContainers(pod)
    .filter(({ name }) => !isOurs(name))
    .slice(position),
  ...(pod.spec?.containers ?? []),
];

const mountsSecrets = (container: Container): boolean =>
  mountsOf(container).some(({ name }) => name === secretsVolumeName);

/**
 * Who gets the mount where the user named nobody. In a pod that we have injected before, those who have it: a container that
 * another webhook added since must not change what was decided.
 */
const byDefault = (pod: Pod, position: number): readonly Container[] => {
  const candidates = reachable(pod, position);
  const injected = initContainers(pod).some(({ name }) => isOurs(name)) && candidates.some(mountsSecrets);
  return candidates.filter((container) =>
    injected ? mountsSecrets(container) : !meshContainers.has(container.name),
  );
};

const namedContainers = (
  pod: Pod,
  position: number,
  names: readonly string[],
): { found: Container[]; issues: Issue[] } => {
  const place = annotation('containers');
  const found: Container[] = [];
  const issues: Issue[] = [];
  const theirs = allContainers(pod).filter(({ name }) => !isOurs(name));
  for (const name of names) {
    const container = theirs.find((candidate) => candidate.name === name);
    if (container === undefined) {
      const hint = didYouMean(
        name,
        theirs.map((candidate) => candidate.name),
      );
      issues.push(issue('unknown_container', place, `the pod has no container ${quoted(name)}${hint}`));
    } else if (!reachable(pod, position).includes(container)) {
      issues.push(
        issue(
          'unknown_container',
          place,
          `${quoted(name)} is an init container that runs before Keyferry's, so it would find no secrets`,
        ),
      );
    } else {
      found.push(container);
    }
  }
  return { found, issues };
};

export interface Recipients {
  /** The containers that get the mount. */
  readonly containers: readonly Container[];
  readonly issues: readonly Issue[];
}

/** Decides which containers get the mount, given where ours stand (`ourPosition`). */
export const recipients = (pod: Pod, position: number, names: readonly string[] | undefined): Recipients => {
  if (names !== undefined) {
    const { found, issues } = namedContainers(pod, position, names);
    return { containers: found, issues };
  }
  const containers = byDefault(pod, position);
  if (containers.length > 0) return { containers, issues: [] };
  const message = `no container is left to mount the secrets in; name one in ${annotation('containers')}`;
  return { containers, issues: [issue('no_container', 'spec.containers', message)] };
};

/** What to tell a user whose `after` names nobody: another webhook may still add it, so it is no reason to refuse. */
export const afterWarnings = (pod: Pod, after: string | undefined): readonly string[] => {
  if (after === undefined || initContainers(pod).some(({ name }) => name === after)) return [];
  const hint = didYouMean(
    after,
    initContainers(pod).map(({ name }) => name),
  );
  return [`${annotation('after')}: the pod has no init container ${quoted(after)} (yet)${hint}`];
};

/** What shows that a pod's traffic goes to a mesh's proxy from then on, and the proxy. */
const meshPairs = [
  ['istio-init', 'istio-proxy'],
  ['istio-validation', 'istio-proxy'],
  ['linkerd-init', 'linkerd-proxy'],
  ['linkerd-network-validator', 'linkerd-proxy'],
  ['kuma-init', 'kuma-sidecar'],
  ['kuma-validation', 'kuma-sidecar'],
  ['consul-connect-inject-init', 'consul-dataplane'],
] as const;

/**
 * A mesh whose proxy is an ordinary container starts it after all init containers, while its set-up already sends their traffic
 * there: an agent behind it that the app waits for would wait for the proxy, and the proxy for the agent.
 */
export const meshWarnings = (pod: Pod, lifecycle: Lifecycle, position: number): readonly string[] => {
  if (lifecycle === 'sidecar') return [];
  const before = initContainers(pod)
    .filter(({ name }) => !isOurs(name))
    .slice(0, position);
  const runsBefore = (name: string): boolean => before.some((container) => container.name === name);
  const isApp = (name: string): boolean =>
    (pod.spec?.containers ?? []).some((container) => container.name === name);
  return meshPairs
    .filter(([setUp, proxy]) => runsBefore(setUp) && isApp(proxy))
    .map(
      ([setUp, proxy]) =>
        `init containers have no network between ${setUp} and the start of ${proxy}, so Keyferry's may not reach its stores: ` +
        `run the mesh's proxy as a native sidecar, exclude the stores' ports from it, or set ${annotation('lifecycle')}: sidecar`,
    );
};

/** Two programs of a pod that listen on one port: the agent would go without its endpoints. */
export const portWarnings = (pod: Pod, port: number): readonly string[] =>
  allContainers(pod)
    .filter(
      ({ name, ports }) => !isOurs(name) && (ports ?? []).some(({ containerPort }) => containerPort === port),
    )
    .map(
      ({ name }) =>
        `container ${quoted(name)} has port ${port} too, so Keyferry's metrics and status may have none; set ${annotation('agent-port')}`,
    );
