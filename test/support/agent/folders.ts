import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tmpfsMagic = 0x01021994;

const isTmpfs = (path: string): boolean => {
  try {
    return statfsSync(path).type === tmpfsMagic;
  } catch {
    return false;
  }
};

/** Where test volumes go: a tmpfs where the machine has one, as in a pod. */
const volumeHome = isTmpfs('/dev/shm') ? '/dev/shm' : tmpdir();

const made: string[] = [];

/** A new folder on a tmpfs, where there is one. */
export const makeFolder = (): string => {
  const folder = mkdtempSync(join(volumeHome, 'keyferry-test-'));
  made.push(folder);
  return folder;
};

/** Removes every folder that `makeFolder` made; for `afterEach`. */
export const removeFolders = (): void => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
};
