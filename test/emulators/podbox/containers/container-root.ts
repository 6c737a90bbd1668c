import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Image } from '../types.ts';

export interface RootRequest {
  /** Where the root is to be; whatever is there is removed, as a restarted container begins with its image alone. */
  readonly folder: string;
  readonly image: Image;
  /** Path in the container -> folder of the volume. */
  readonly mounts: ReadonlyMap<string, string>;
  readonly terminationMessagePath: string;
  readonly workingDirectory: string;
}

const makeFolder = async (path: string, mode = 0o755): Promise<void> => {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
};

/** Makes every folder on the way, so that none depends on this process's umask. */
const makeFolders = async (root: string, path: string): Promise<void> => {
  let folder = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    folder = join(folder, name);
    await makeFolder(folder);
  }
};

const isBelow = (path: string, mounts: Iterable<string>): boolean =>
  [...mounts].some((mount) => path === mount || path.startsWith(`${mount}/`));

/** Builds the folder that a container's processes see as their root, by the prefix `KEYFERRY_ROOT`. */
export const buildRoot = async (request: RootRequest): Promise<void> => {
  const { folder, image, mounts, terminationMessagePath, workingDirectory } = request;
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
  await makeFolder(join(folder, 'tmp'), 0o1777);
  for (const [path, volume] of mounts) {
    await makeFolders(folder, dirname(path));
    await symlink(volume, join(folder, path));
  }
  for (const [path, source] of Object.entries(image.files ?? {})) {
    if (isBelow(path, mounts.keys())) continue;
    await makeFolders(folder, dirname(path));
    await copyFile(source, join(folder, path));
    await chmod(join(folder, path), 0o755);
  }
  if (!isBelow(workingDirectory, mounts.keys())) await makeFolders(folder, workingDirectory);
  await makeFolders(folder, dirname(terminationMessagePath));
  await writeFile(join(folder, terminationMessagePath), '');
  await chmod(join(folder, terminationMessagePath), 0o666);
};
