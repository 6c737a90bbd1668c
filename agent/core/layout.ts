import { filePathProblem, foldersOf } from '../../lib/file-path.ts';
import type { Plan } from '../../lib/plan.ts';

/**
 * What keeps a plan's files from standing in one volume: a path that is no path of ours, or two that cannot both exist. The
 * webhook refuses such pods; the agent does not trust that, since a path that leaves the volume would be a hole.
 */
export const layoutProblems = (plan: Plan): readonly string[] => {
  const problems: string[] = [];
  const taken = new Set<string>();
  plan.files.forEach(({ path }, index) => {
    const problem = filePathProblem(path);
    if (problem !== undefined) problems.push(`files.${index}.path: ${JSON.stringify(path)} ${problem}`);
    if (taken.has(path)) problems.push(`files.${index}.path: ${JSON.stringify(path)} is there twice`);
    taken.add(path);
  });
  plan.files.forEach(({ path }, index) => {
    const folder = foldersOf(path).find((ancestor) => taken.has(ancestor));
    if (folder !== undefined)
      problems.push(
        `files.${index}.path: ${JSON.stringify(path)} is inside of the file ${JSON.stringify(folder)}`,
      );
  });
  return problems;
};
