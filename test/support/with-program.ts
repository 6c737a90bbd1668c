import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** As `describe`; what runs a program of the machine's own is skipped, and says so, where there is none. */
const describeWith =
  (program: string, ...words: readonly string[]) =>
  (name: string, tests: () => void): void => {
    if (spawnSync(program, words).status === 0) describe(name, tests);
    else describe.skip(`${name} (skipped where there is no ${program})`, tests);
  };

export const describeWithKubectl = describeWith('kubectl', 'version', '--client');
export const describeWithOpenssl = describeWith('openssl', 'version');
