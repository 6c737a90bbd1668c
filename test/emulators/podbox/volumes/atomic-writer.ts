import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PayloadFile {
  readonly data: string;
  readonly mode: number;
  /** Owner of the file; podbox's own user where there is none. */
  readonly owner?: number;
}

/** Path below the volume -> file. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const dataLink = '..data';
const newDataLink = '..data_tmp';

const currentFolder = async (target: string): Promise<string | undefined> => {
  try {
    return await readlink(join(target, dataLink));
  } catch {
    return undefined;
  }
};

/** Paths of all files below a folder. */
const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
};

const holds = async (folder: string, payload: Payload): Promise<boolean> => {
  const present = await filesBelow(folder);
  if (present.length !== payload.size) return false;
  for (const path of present) {
    if ((await readFile(join(folder, path), 'utf8')) !== payload.get(path)?.data) return false;
  }
  return true;
};

const timestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_');

const writeFiles = async (folder: string, payload: Payload): Promise<void> => {
  for (const [path, { data, mode, owner }] of payload) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, data);
    await chmod(file, mode);
    if (owner !== undefined) await chown(file, owner, -1);
  }
};

const topLevel = (payload: Payload): ReadonlySet<string> =>
  new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));

/** The names that users see: links into `..data`. */
const linkVisible = async (target: string, payload: Payload): Promise<void> => {
  const wanted = topLevel(payload);
  const present = new Set((await readdir(target)).filter((name) => !name.startsWith('..')));
  for (const name of wanted) if (!present.has(name)) await symlink(join(dataLink, name), join(target, name));
  for (const name of present) if (!wanted.has(name)) await rm(join(target, name));
};

/**
 * Writes files into a volume as the kubelet does: all in a new folder that bears the time, then one rename of the `..data` link.
 * Equal contents write nothing. `beforePublish` sets what is to be set before anybody sees the files.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
 */
export const writeAtomically = async (
  target: string,
  payload: Payload,
  { now, beforePublish }: { readonly now: number; readonly beforePublish: () => Promise<void> },
): Promise<void> => {
  const old = await currentFolder(target);
  if (old !== undefined && (await holds(join(target, old), payload))) return;
  const folder = await mkdtemp(join(target, `..${timestamp(now)}.`));
  await chmod(folder, 0o755);
  await writeFiles(folder, payload);
  await beforePublish();
  await symlink(folder.slice(target.length + 1), join(target, newDataLink));
  await rename(join(target, newDataLink), join(target, dataLink));
  await linkVisible(target, payload);
  if (old !== undefined) await rm(join(target, old), { recursive: true });
};
