import type { Clock } from '../../../../lib/clock.ts';
import type { ContainerRunner } from '../containers/container-runner.ts';

/** However little time is left, every container gets this much between SIGTERM and SIGKILL, in seconds. */
const leastGraceSeconds = 2;

/** Waits until all have ended, at most `seconds`. Returns the whole seconds that it took. */
const waitForAll = async (
  containers: readonly ContainerRunner[],
  seconds: number,
  clock: Clock,
): Promise<number> => {
  const startedAt = clock.monotonic();
  const over = new AbortController();
  const late = clock.sleep(seconds * 1000, over.signal).catch(() => undefined);
  await Promise.race([Promise.all(containers.map((container) => container.whenEnded())), late]);
  over.abort();
  return Math.floor((clock.monotonic() - startedAt) / 1000);
};

/**
 * Stops all containers of a pod: apps and plain init containers at once, then the sidecars one after the other, last started first;
 * all share one grace period. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#termination-with-sidecars
 */
export const stopInOrder = async (
  containers: readonly ContainerRunner[],
  graceSeconds: number,
  clock: Clock,
): Promise<void> => {
  const sidecars = containers.filter(({ state }) => state.role === 'sidecar');
  const others = containers.filter(({ state }) => state.role !== 'sidecar');
  const apps = containers.filter(({ state }) => state.role === 'app');
  const stops = others.map((container) => container.stop(Math.max(graceSeconds, leastGraceSeconds)));
  for (const [index, sidecar] of sidecars.entries()) {
    const before = [...apps, ...sidecars.slice(index + 1)];
    const waited = graceSeconds > 0 ? waitForAll(before, graceSeconds, clock) : Promise.resolve(0);
    stops.push(waited.then((seconds) => sidecar.stop(Math.max(graceSeconds - seconds, leastGraceSeconds))));
  }
  await Promise.all(stops);
};
