import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group that counts the memory of the processes in it, tmpfs pages included, as that of a container does. */
export interface MemoryGroup {
  /** Words to put before a command so that it runs in the group. */
  readonly enter: readonly string[];
  /** The most that the group had, in bytes. */
  peak(): number;
  remove(): void;
}

/** Below which folders a group could be made: ours of cgroup v1 or v2, else the topmost. */
const parents = (): readonly string[] => {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  const pathOf = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const v1 = '/sys/fs/cgroup/memory';
  const v2 = '/sys/fs/cgroup';
  return [
    ...pathOf(/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/).map((path) => join(v1, path)),
    v1,
    ...pathOf(/^0::(.*)$/).map((path) => join(v2, path)),
  ];
};

const peakFiles = ['memory.max_usage_in_bytes', 'memory.peak'];

const openGroup = (folder: string): MemoryGroup | undefined => {
  const peakFile = peakFiles.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (peakFile === undefined) return undefined;
  const script = 'echo $$ > "$0" && exec "$@"';
  return {
    enter: ['sh', '-c', script, join(folder, 'cgroup.procs')],
    peak: () => Number(readFileSync(peakFile, 'utf8')),
    remove: () => {
      rmdirSync(folder);
    },
  };
};

const tryParent = (parent: string): MemoryGroup | undefined => {
  const folder = join(parent, `keyferry-bench-${process.pid}`);
  try {
    // Version 2 counts memory below a group only where that was asked for.
    if (existsSync(join(parent, 'cgroup.subtree_control')))
      writeFileSync(join(parent, 'cgroup.subtree_control'), '+memory');
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  const group = openGroup(folder);
  if (group === undefined) rmdirSync(folder);
  return group;
};

/** A new group, or undefined where this process may not make one. */
export const makeMemoryGroup = (): MemoryGroup | undefined => {
  for (const parent of existsSync('/proc/self/cgroup') ? parents() : []) {
    const group = tryParent(parent);
    if (group !== undefined) return group;
  }
  return undefined;
};
