import { readFile } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { asksForRefresh, forceSyncDigest } from './core/force-sync.ts';
import { watchFolder } from './folder-watch.ts';
import type { Handover } from './handover.ts';
import { Waker } from './waker.ts';

/** How often the file is looked at, in milliseconds, events or not. */
const pollInterval = 5_000;

/** Remembered where a pod starts without the annotation, so that its first value is a new one, also after a restart. */
const noValue = 'none';

export interface ForceSyncOptions {
  /** The downward API's copy of the annotation. */
  readonly file: string;
  /** The folder that the kubelet changes when it changes. */
  readonly folder: string;
  readonly handover: Handover;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly refresh: () => void;
}

/**
 * Asks for a refresh whenever the `force-sync` annotation has a new value. It is compared by content with the last one acted
 * upon, which outlives restarts; the value that a pod starts with asks for nothing.
 */
export const followForceSync = async (options: ForceSyncOptions): Promise<void> => {
  const { file, folder, handover, clock, log, stop, refresh } = options;
  const waker = new Waker(clock, stop);
  const unwatch = watchFolder(folder, () => {
    waker.wake();
  });
  const look = async (): Promise<string | undefined> =>
    forceSyncDigest(await readFile(file, 'utf8').catch(() => undefined));
  const first = await look();
  if (handover.forceSync === undefined) handover.rememberForceSync(first ?? noValue);
  for (let seen = first; !stop.aborted; seen = await look()) {
    if (seen !== undefined && asksForRefresh(handover.forceSync, seen)) {
      log.info({}, 'force-sync has a new value: reading everything now');
      handover.rememberForceSync(seen);
      refresh();
    }
    await waker.sleep(pollInterval);
  }
  unwatch();
};
