import type { ContainerState, RestartPolicy } from './state.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseSource {
  readonly containers: readonly ContainerState[];
  readonly policy: RestartPolicy;
  /** Whether the pod is done for good. */
  readonly finished: boolean;
}

const succeeded = ({ run }: ContainerState): boolean => run.kind === 'ended' && run.exitCode === 0;

/**
 * The phase in words of what has happened: pending until every app container has started once, running until the pod is done.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
export const phaseOf = ({ containers, policy, finished }: PhaseSource): Phase => {
  const apps = containers.filter(({ role }) => role === 'app');
  const plainInit = containers.filter(({ role }) => role === 'init');
  const initFailed = plainInit.some((container) => container.run.kind === 'ended' && !succeeded(container));
  if (initFailed && policy === 'Never') return 'Failed';
  if (apps.some(({ run }) => run.kind === 'none')) return 'Pending';
  if (!finished) return 'Running';
  return apps.every(succeeded) ? 'Succeeded' : 'Failed';
};
