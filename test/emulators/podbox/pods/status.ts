import type { ContainerStateStatus, ContainerStatus, PodCondition, PodStatus } from './status-types.ts';
import { phaseOf } from './phase.ts';
import { restarts, type ContainerState, type Ended, type RestartPolicy } from './state.ts';

export interface StatusSource {
  readonly containers: readonly ContainerState[];
  readonly policy: RestartPolicy;
  /** Whether the pod is done for good. */
  readonly finished: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

const endedState = (ended: Ended): ContainerStateStatus => ({
  terminated: {
    exitCode: ended.exitCode,
    reason: ended.reason,
    startedAt: new Date(ended.startedAt),
    finishedAt: new Date(ended.finishedAt),
    ...(ended.message === '' ? {} : { message: ended.message }),
  },
});

const currentState = (
  container: ContainerState,
  initial: string,
  source: StatusSource,
): ContainerStateStatus => {
  const { role, run, waiting } = container;
  const isDue = run.kind === 'none' || (run.kind === 'ended' && restarts(role, source.policy, run.exitCode));
  if (waiting !== undefined && isDue && !source.finished) return { waiting };
  if (run.kind === 'none') return { waiting: { reason: initial } };
  if (run.kind === 'running') return { running: { startedAt: new Date(run.startedAt) } };
  return endedState(run);
};

const isReady = ({ role, run }: ContainerState): boolean =>
  role === 'init' ? run.kind === 'ended' && run.exitCode === 0 : run.kind === 'running' && run.ready;

const containerStatus = (container: ContainerState, source: StatusSource): ContainerStatus => {
  const { name, image, run, restartCount, last } = container;
  const hasInit = source.containers.some(({ role }) => role !== 'app');
  const state = currentState(container, hasInit ? 'PodInitializing' : 'ContainerCreating', source);
  const previous = state.waiting !== undefined && run.kind === 'ended' ? run : last;
  return {
    name,
    image,
    imageID: '',
    ready: isReady(container),
    started: run.kind === 'running' && run.ready,
    restartCount,
    state,
    lastState: previous === undefined ? {} : endedState(previous),
  };
};

const condition = (type: string, reason: string, missing: readonly string[]): PodCondition =>
  missing.length === 0
    ? { type, status: 'True' }
    : {
        type,
        status: 'False',
        reason,
        message: `containers with ${type === 'Initialized' ? 'incomplete' : 'unready'} status: [${missing.join(' ')}]`,
      };

const names = (containers: readonly ContainerState[]): string[] => containers.map(({ name }) => name);

const conditions = (source: StatusSource, phase: string): PodCondition[] => {
  const { containers } = source;
  const apps = containers.filter(({ role }) => role === 'app');
  const initialised = phase === 'Succeeded' || apps.some(({ run }) => run.kind !== 'none');
  const incomplete = initialised ? [] : containers.filter((each) => each.role !== 'app' && !isReady(each));
  const unready = containers.filter((each) => each.role !== 'init' && !isReady(each));
  const over = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const ready = (type: string): PodCondition =>
    source.finished
      ? { type, status: 'False', reason: over }
      : condition(type, 'ContainersNotReady', names(unready));
  return [
    condition('Initialized', 'ContainersNotInitialized', names(incomplete)),
    ready('Ready'),
    ready('ContainersReady'),
    { type: 'PodScheduled', status: 'True' },
  ];
};

/** The pod's status as the kubelet would report it. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
export const podStatus = (source: StatusSource): PodStatus => {
  const phase = phaseOf(source);
  const statuses = (isInit: boolean): ContainerStatus[] =>
    source.containers
      .filter(({ role }) => (role === 'app') !== isInit)
      .map((container) => containerStatus(container, source));
  return {
    phase,
    conditions: conditions(source, phase),
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: new Date(source.startedAt),
    initContainerStatuses: statuses(true),
    containerStatuses: statuses(false),
  };
};
