import { filePathProblem, foldersOf } from '../../lib/file-path.ts';
import { quoted } from '../../lib/text.ts';
import { issue, type Issue } from './codes.ts';
import type { Placed } from './requests.ts';

const conflict = (one: Placed, earlier: Placed): Issue =>
  issue(
    'path_conflict',
    one.place,
    `its path ${quoted(one.path)} is in the way of ${earlier.place}, which is at ${quoted(earlier.path)}; set ${one.setting}`,
  );

/**
 * Two files on one path, or a file where a folder has to be. Each against the first that is in its way: comparing all with all would
 * let one pod keep the webhook busy.
 */
export const pathConflicts = (placed: readonly Placed[]): readonly Issue[] => {
  const files = new Map<string, Placed>();
  const folders = new Map<string, Placed>();
  const possible = placed.filter(({ path }) => filePathProblem(path) === undefined);
  return possible.flatMap((one) => {
    const above = foldersOf(one.path);
    const earlier =
      files.get(one.path) ??
      folders.get(one.path) ??
      above.map((folder) => files.get(folder)).find((found) => found !== undefined);
    if (earlier !== undefined) return [conflict(one, earlier)];
    files.set(one.path, one);
    for (const folder of above) if (!folders.has(folder)) folders.set(folder, one);
    return [];
  });
};
