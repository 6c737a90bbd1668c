import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Jest's global set-up: bundles the programs once, since tests run them as the images do. */
export default function buildPrograms() {
  const root = join(import.meta.dirname, '..', '..');
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`the programs could not be bundled:\n${build.stderr}`);
}
