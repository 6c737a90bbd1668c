import { readFileSync, writeFileSync } from 'node:fs';

// For image builds: leaves in package.json what building the programs takes, so that `npm ci` installs that and nothing else.
// Versions and checksums still come from the lock file. Not meant for a working copy.
const file = 'package.json';
const { optionalDependencies: _, devDependencies, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(
  file,
  `${JSON.stringify({ ...rest, devDependencies: { esbuild: devDependencies.esbuild } }, null, 2)}\n`,
);
