import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folders.ts';

const mounted: string[] = [];

/** A tmpfs of so many KiB, which takes root; undefined where the machine does not let us. */
export const mountSmallTmpfs = (kibibytes: number): string | undefined => {
  const folder = join(makeFolder(), 'volume');
  mkdirSync(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'keyferry-test', folder]);
  if (status !== 0) return undefined;
  mounted.push(folder);
  return folder;
};

/** For `afterEach`, before the folders are removed. */
export const unmountAll = (): void => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
};
