import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, statfs, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Note } from '../types.ts';

const run = promisify(execFile);

/** A folder that is there, and how to be rid of it. */
export interface VolumeFolder {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** What the root of a volume in memory has on a node, as any tmpfs: everybody may write, and nobody may touch what is another's. */
const memoryMode = 0o1777;

const unmount = async (path: string): Promise<void> => {
  await run('umount', [path]).catch(() => run('umount', ['--lazy', path]));
  await rm(path, { recursive: true, force: true });
};

const mountTmpfs = async (path: string, size: number | undefined): Promise<VolumeFolder | undefined> => {
  const options = ['mode=1777', ...(size === undefined ? [] : [`size=${size}`])];
  try {
    await run('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]);
  } catch {
    return undefined;
  }
  return { path, remove: () => unmount(path) };
};

const sharedMemory = '/dev/shm';
const tmpfsMagic = 0x01021994;

const folderInSharedMemory = async (): Promise<string | undefined> => {
  try {
    if ((await statfs(sharedMemory)).type !== tmpfsMagic) return undefined;
    return await mkdtemp(`${sharedMemory}/keyferry-podbox-`);
  } catch {
    return undefined;
  }
};

/** How volumes in memory can be had on this machine; the first that works is kept for all. */
export type Medium = 'mount' | 'shared-memory' | 'disk';

export interface MemoryRequest {
  /** Where the volume is to appear. */
  readonly path: string;
  /** Bytes; the machine's own limit where undefined. */
  readonly size?: number | undefined;
  /** The best medium to try. */
  readonly best: Medium;
  readonly note: Note;
}

const linked = async (path: string, folder: string): Promise<VolumeFolder> => {
  await chmod(folder, memoryMode);
  await rm(path, { recursive: true });
  await symlink(folder, path);
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await rm(path, { force: true });
  };
  return { path: folder, remove };
};

/**
 * A folder in memory: a tmpfs of the asked size where this process may mount one, else a folder of the machine's shared memory,
 * else a folder on disk; the notes say which.
 */
export const memoryFolder = async ({ path, size, best, note }: MemoryRequest): Promise<VolumeFolder> => {
  await mkdir(path, { recursive: true });
  const mounted = best === 'mount' ? await mountTmpfs(path, size) : undefined;
  if (mounted !== undefined) return mounted;
  const shared = best === 'disk' ? undefined : await folderInSharedMemory();
  if (shared !== undefined) {
    note(
      `volumes in memory are folders of ${sharedMemory} (no right to mount): their sizeLimit is not enforced`,
    );
    return linked(path, shared);
  }
  note('volumes in memory are folders on disk: this machine offers no tmpfs');
  await chmod(path, memoryMode);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};
