import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { failingFileSystem } from '../agent/failing-file-system.ts';
import type { Pod } from './pod.ts';

/** A secrets volume with little room. */
export interface SmallVolume {
  fill(): void;
  makeRoom(): void;
  unmount(): void;
}

/** The same without root: the file system refuses every write of the pod's agent, its state too. */
export const refusedWrites = (pod: Pod): SmallVolume => {
  let isFull = false;
  const { fileSystem } = failingFileSystem({ call: 'writeSync', code: 'ENOSPC', when: () => isFull });
  pod.fileSystem = fileSystem;
  return {
    fill: () => {
      isFull = true;
    },
    makeRoom: () => {
      isFull = false;
    },
    unmount: () => undefined,
  };
};

const piece = Buffer.alloc(4_096);

/** Mounts a tmpfs of some KiB at a folder, which takes root; undefined where the machine does not let us. */
export const mountAt = (folder: string, kibibytes = 64): SmallVolume | undefined => {
  const options = ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'keyferry-test', folder];
  if (spawnSync('mount', options).status !== 0) return undefined;
  const filling = join(folder, '..filling');
  return {
    fill: () => {
      const file = openSync(filling, 'w');
      try {
        for (;;) writeSync(file, piece);
      } catch {
        // Full.
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => {
      rmSync(filling, { force: true });
    },
    unmount: () => {
      spawnSync('umount', [folder]);
    },
  };
};
