import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The agent as it is in its image: one file, in a folder of its own. */
export interface Bundle {
  readonly folder: string;
  readonly program: string;
  remove(): void;
}

export const buildAgent = (): Bundle => {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-bundle-'));
  const repository = join(import.meta.dirname, '../../..');
  execFileSync(process.execPath, ['scripts/build.mjs', 'agent', `--output=${folder}`], { cwd: repository });
  return {
    folder,
    program: join(folder, 'agent.cjs'),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
};
