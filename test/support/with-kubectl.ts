import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

const isThere = spawnSync('kubectl', ['version', '--client']).status === 0;

/** As `describe`; what runs the real `kubectl` is skipped, and says so, on machines that have none. */
export const describeWithKubectl = (name: string, tests: () => void): void => {
  if (isThere) describe(name, tests);
  else describe.skip(`${name} (skipped where there is no kubectl)`, tests);
};
