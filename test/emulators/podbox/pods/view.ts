import type { TakenPod } from '../manifest/pod-types.ts';
import type { ContainerStatus, PodStatus } from './status-types.ts';
import type { PodRunner } from './pod-runner.ts';
import type { PodEvent } from '../types.ts';

/** What can be seen of a pod at one moment. */
export interface PodView {
  readonly pod: TakenPod;
  readonly status: PodStatus;
  readonly events: readonly PodEvent[];
  /** Whether the pod is Ready. */
  readonly ready: boolean;
  /** The status of one container, init containers too. */
  readonly container: (name: string) => ContainerStatus;
  /** What a container wrote, in all its runs. */
  readonly log: (container: string) => string;
}

export const viewOf = (runner: PodRunner): PodView => {
  const status = runner.status();
  const statuses = [...status.initContainerStatuses, ...status.containerStatuses];
  return {
    pod: runner.parts.pod,
    status,
    events: [...runner.parts.events],
    ready: status.conditions.some((each) => each.type === 'Ready' && each.status === 'True'),
    container: (name) => {
      const found = statuses.find((each) => each.name === name);
      if (found === undefined) throw new Error(`the pod has no container "${name}"`);
      return found;
    },
    log: (name) => runner.container(name).log.all(),
  };
};

const states = ({ status }: PodView): string =>
  [...status.initContainerStatuses, ...status.containerStatuses]
    .map(({ name, state }) => `${name}: ${JSON.stringify(state)}`)
    .join('\n');

/** Asks `predicate` now and at every change, in the same turn as the change, so that no passing state is missed. */
export const waitFor = async (
  runner: PodRunner,
  predicate: (view: PodView) => boolean,
  withinMilliseconds: number,
): Promise<PodView> => {
  const { promise, resolve, reject } = Promise.withResolvers<PodView>();
  const ask = (): void => {
    const view = viewOf(runner);
    try {
      if (predicate(view)) resolve(view);
      else if (runner.deleted)
        reject(new Error(`the pod was deleted while it was waited for\n${states(view)}`));
    } catch (error) {
      reject(error);
    }
  };
  const stop = runner.parts.changes.listen(ask);
  const timer = setTimeout(() => {
    reject(new Error(`not within ${withinMilliseconds} ms\n${states(viewOf(runner))}`));
  }, withinMilliseconds);
  ask();
  try {
    return await promise;
  } finally {
    stop();
    clearTimeout(timer);
  }
};
