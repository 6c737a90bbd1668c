import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

export interface PathChangesOptions {
  /** Files and folders; a folder with what is below it. */
  readonly paths: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Called when something may have changed, never twice at a time: soon after an event of the file system (two seconds at most), and once a
   * minute in any case.
   * It must not reject.
   */
  readonly onChange: () => Promise<void>;
}

/** A file may be written in several steps; the call waits until it has been quiet for so long. */
const quietMilliseconds = 100;
/** Where it is never quiet, a log is written beside the file say, the call waits for no longer than this. */
const patienceMilliseconds = 2_000;
/** Some file systems send no events, and the machine may have run out of watches. */
const pollMilliseconds = 60_000;

/** A file is watched by its folder, since editors and the kubelet replace files instead of writing to them. */
const watchPath = async (path: string, changed: () => void): Promise<FSWatcher> => {
  const watcher = (await stat(path)).isDirectory()
    ? watch(path, { recursive: true }, changed)
    : watch(dirname(path), changed);
  // A folder that vanishes below its watcher is a change like any other.
  return watcher.on('error', changed);
};

/** Watches paths until the function that it resolves to is called, which waits for a call of `onChange` under way. */
export const watchPaths = async ({
  paths,
  clock,
  log,
  onChange,
}: PathChangesOptions): Promise<() => Promise<void>> => {
  const stopping = new AbortController();
  let dirty = false;
  let sleeping = new AbortController();
  const changed = (): void => {
    dirty = true;
    sleeping.abort();
  };

  const watchers: FSWatcher[] = [];
  for (const path of paths) {
    try {
      watchers.push(await watchPath(path, changed));
    } catch (error) {
      log.warn(
        { path, reason: String(error) },
        'cannot watch the path for changes; it is looked at every minute',
      );
    }
  }

  /** Sleeps until the time has passed, an event comes, or the end. */
  const sleep = async (milliseconds: number): Promise<void> => {
    if (dirty) return;
    sleeping = new AbortController();
    const signal = AbortSignal.any([sleeping.signal, stopping.signal]);
    await clock.sleep(milliseconds, signal).catch(() => undefined);
  };
  const nextChange = async (): Promise<void> => {
    await sleep(pollMilliseconds);
    const latest = clock.monotonic() + patienceMilliseconds;
    // Every further event starts the quiet time anew.
    while (dirty && !stopping.signal.aborted && clock.monotonic() < latest) {
      dirty = false;
      await sleep(quietMilliseconds);
    }
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await nextChange();
      if (stopping.signal.aborted) return;
      await onChange();
    }
  };
  const running = run();
  return async () => {
    for (const watcher of watchers) watcher.close();
    stopping.abort();
    await running;
  };
};
