import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const setgid = 0o2000;
const modeBits = 0o7777;

/** What the group may do: with what programs write, and with what the kubelet alone writes. */
const masks = {
  writable: { file: 0o660, folder: 0o770 },
  readOnly: { file: 0o440, folder: 0o550 },
};

/**
 * Gives a volume to the pod's fsGroup as the kubelet does: everything below it, then itself; group bits are added, none are taken,
 * and folders pass their group on. https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/volume_linux.go
 */
export const giveToGroup = async (path: string, group: number, use: keyof typeof masks): Promise<void> => {
  const found = await lstat(path);
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await giveToGroup(join(path, name), group, use);
  }
  await lchown(path, -1, group);
  if (found.isSymbolicLink()) return;
  const bits = found.isDirectory() ? masks[use].folder | setgid : masks[use].file;
  await chmod(path, (found.mode & modeBits) | bits);
};
