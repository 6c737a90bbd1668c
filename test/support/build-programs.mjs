import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Jest's global set-up: bundles the programs once, since tests run them as the images do. `scripts/jest.mjs` says where that has been done. */
export default function buildPrograms() {
  if (process.env['KEYFERRY_PROGRAMS_ARE_BUILT'] === '1') return;
  const root = join(import.meta.dirname, '..', '..');
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`the programs could not be bundled:\n${build.stderr}`);
}
