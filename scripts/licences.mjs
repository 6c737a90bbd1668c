import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Writes the licences of all packages that programs' imports lead to into one text, for the image that carries their bundles. A
 * package that the build replaces is listed all the same: better one licence too many.
 * Usage: node scripts/licences.mjs agent/main.ts [...] dist/LICENCES
 */
const entries = process.argv.slice(2, -1);
const output = process.argv.at(-1);

const { metafile } = await build({
  entryPoints: entries,
  outdir: 'unwritten',
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  metafile: true,
  logLevel: 'error',
});

/** `node_modules/a/node_modules/@b/c/index.js` belongs to `node_modules/a/node_modules/@b/c`. */
const folderOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
const folders = [...new Set(Object.keys(metafile.inputs).flatMap((file) => folderOf(file) ?? []))].sort();

const describe = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const kinds = [license].flat().map((kind) => kind?.type ?? kind);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${kinds.join(', ')})`, ...texts].join('\n\n');
};

const described = folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(describe);
if (described.length === 0)
  throw new Error(`${entries.join(', ')}: no package is imported; is node_modules there?`);
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${described.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
console.log(`${output}: ${described.length} packages`);
