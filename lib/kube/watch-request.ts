import type { Clock } from '../clock.ts';
import type { Random } from './backoff.ts';
import type { KubeConnection, KubeResponse } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { collectionPath, selection, type KubeResource } from './resource.ts';

/** The server is asked to end a watch after 60 to 120 s. Short, since it bounds how long a dead connection goes unnoticed. */
const watchSeconds = { least: 60, spread: 60 };
/** How much later than it was asked to the server may end a watch before the connection counts as dead. */
const watchGrace = 10_000;
const headersWithin = 15_000;

export interface WatchRequest {
  readonly connection: KubeConnection;
  readonly resource: KubeResource;
  /** `resourceVersion` of the list or the event that the watch goes on from. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const openWatch = (
  { connection, resource, version, clock }: WatchRequest,
  seconds: number,
  signal: AbortSignal,
): Promise<KubeResponse> => {
  const query = {
    ...selection(resource),
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    resourceVersion: version,
  };
  const path = collectionPath(resource);
  return withDeadline({ clock, milliseconds: headersWithin, signal }, (within) =>
    connection.request({ method: 'GET', path, query, signal: within }),
  );
};

/**
 * Opens a watch and hands over the answer, whatever its status. Rejects where there is none within 15 s, and where `work` has not ended a
 * while after the server should have ended the watch.
 */
export const inWatch = <T>(
  request: WatchRequest,
  work: (response: KubeResponse) => Promise<T>,
): Promise<T> => {
  const { clock, random, signal } = request;
  const seconds = watchSeconds.least + Math.floor(random() * watchSeconds.spread);
  const deadline = { clock, milliseconds: seconds * 1000 + watchGrace, signal };
  return withDeadline(deadline, async (within) => work(await openWatch(request, seconds, within)));
};
