import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Listing } from '../find/walk.ts';
import { leadsOut, isBelow, systemProblem, type Place } from './read-below.ts';

/** The kubelet's own, in folders that it projects. */
const isHidden = ({ name }: Dirent): boolean => name.startsWith('..');

/** Links to files are followed, those to folders are not: they could go round in a circle. */
const isFile = async (folder: string, entry: Dirent): Promise<boolean> => {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const target = await stat(join(folder, entry.name)).catch(() => undefined);
  return target?.isFile() === true;
};

/**
 * The files and folders that stand in a folder.
 *
 * @param absent the error where there is no such folder
 */
export const listBelow = async (
  { path, root }: Place,
  absent: ProviderError,
): Promise<Result<Listing, ProviderError>> => {
  try {
    const [realPath, realRoot] = [await realpath(path), await realpath(root)];
    if (!isBelow(realPath, realRoot)) return err(leadsOut());
    const entries = (await readdir(realPath, { withFileTypes: true })).filter((entry) => !isHidden(entry));
    const files = await Promise.all(entries.map((entry) => isFile(realPath, entry)));
    return ok({
      secrets: entries.filter((_, index) => files[index] === true).map(({ name }) => name),
      folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    });
  } catch (error) {
    return err(systemProblem(error, absent));
  }
};
