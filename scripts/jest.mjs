import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

// Jest loads ES modules only with this flag of Node's; everything else about the run is in jest.config.mjs.
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(process.execPath, [...flags, jest, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
