import { restarts, type ContainerState, type RestartPolicy } from './state.ts';

/** What is to be done for a pod next. */
export type Decision =
  /** Start these, in this order; none of them where there is nothing to do but wait. */
  | { readonly kind: 'start'; readonly names: readonly string[] }
  /** The pod is done: stop what still runs. */
  | { readonly kind: 'finish' };

const finish: Decision = { kind: 'finish' };
const start = (names: readonly string[]): Decision => ({ kind: 'start', names });

type Progress = 'done' | 'pending' | 'failed';

/** How far an init container is: a sidecar is done as long as it runs, a plain one once it has succeeded. */
const progressOf = ({ role, run }: ContainerState, policy: RestartPolicy): Progress => {
  if (run.kind === 'none') return 'pending';
  if (role === 'sidecar') return run.kind === 'running' ? 'done' : 'pending';
  if (run.kind === 'running') return 'pending';
  if (run.exitCode === 0) return 'done';
  return policy === 'Never' ? 'failed' : 'pending';
};

const isDown = ({ run }: ContainerState): boolean => run.kind !== 'running';

/** Sidecars that ended, among containers that have all been started before. */
const endedSidecars = (containers: readonly ContainerState[]): string[] =>
  containers.filter((container) => container.role === 'sidecar' && isDown(container)).map(({ name }) => name);

/**
 * What the init containers need, or undefined when they stand in nobody's way. The last one that was ever started says how far the pod
 * is: the sidecars before it are kept running, and the one after it is next as soon as it is done.
 */
const decideInitialisation = (
  init: readonly ContainerState[],
  policy: RestartPolicy,
): Decision | undefined => {
  const reached = init.findLastIndex(({ run }) => run.kind !== 'none');
  const current = init[Math.max(0, reached)];
  if (current === undefined) return undefined;
  const before = endedSidecars(init.slice(0, Math.max(0, reached)));
  const progress = progressOf(current, policy);
  if (progress === 'failed') return finish;
  if (progress === 'pending') return start([...before, ...(isDown(current) ? [current.name] : [])]);
  const next = init[reached + 1];
  return next === undefined ? undefined : start([...before, next.name]);
};

const startsAgain = ({ role, run }: ContainerState, policy: RestartPolicy): boolean => {
  if (run.kind === 'none') return true;
  return run.kind === 'ended' && restarts(role, policy, run.exitCode);
};

/**
 * Decides as the kubelet does for a pod whose sandbox stays the same: init containers in order, then all app containers at once,
 * restarts by the restart policy, sidecars as long as an app container runs or is to run.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export const decide = (containers: readonly ContainerState[], policy: RestartPolicy): Decision => {
  const init = containers.filter(({ role }) => role !== 'app');
  const apps = containers.filter(({ role }) => role === 'app');
  const anyAppRuns = apps.some(({ run }) => run.kind === 'running');
  const blocked = anyAppRuns ? undefined : decideInitialisation(init, policy);
  if (blocked !== undefined) return blocked;
  const due = apps.filter((app) => startsAgain(app, policy)).map(({ name }) => name);
  return anyAppRuns || due.length > 0 ? start([...endedSidecars(init), ...due]) : finish;
};
