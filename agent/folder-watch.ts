import { watch } from 'node:fs';

/**
 * Calls `onEvent` when something in a folder changes. A hint only: where the system gives no watch (inotify instances are
 * limited per user) nothing is called, and the caller's own polling has to do. Returns how to end it.
 */
export const watchFolder = (folder: string, onEvent: () => void): (() => void) => {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on('error', () => {
      watcher.close();
    });
    return () => {
      watcher.close();
    };
  } catch {
    return () => undefined;
  }
};
