import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { packSections } from './pack-sections.mjs';
import { files, modules } from './replacements.mjs';

/**
 * Bundles each program of ours to one file below dist/, so that an image needs no node_modules (but for Bitwarden's SDK). Usage: node scripts/build.mjs
 * [--output=FOLDER] [name ...]; without names everything that is there.
 */

const root = join(import.meta.dirname, '..');
const inRoot = (...names) => join(root, ...names);

const { values, positionals: names } = parseArgs({
  options: { output: { type: 'string', default: inRoot('dist') } },
  allowPositionals: true,
});
const inOutput = (...names) => join(resolve(values.output), ...names);

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const anyOf = (names) => Object.keys(names).map(escaped).join('|');

const replaceModules = {
  name: 'replace-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${anyOf(modules)})$`) }, ({ path }) => {
      const { path: file } = modules[path];
      return file === undefined ? { path, namespace: 'replaced' } : { path: file };
    });
    onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
      contents: modules[path].contents,
      loader: 'js',
    }));
    onLoad({ filter: new RegExp(`(${anyOf(files)})$`) }, ({ path }) => ({
      contents: Object.entries(files).find(([end]) => path.endsWith(end))[1],
      loader: 'js',
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  // Names stay as they are written: a stack trace from a pod must be readable.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  logLevel: 'warning',
  plugins: [replaceModules],
};

const bundle = async ({ entry, output, options }) => {
  await build({ ...shared, ...options, entryPoints: [entry], outfile: inOutput(output) });
};

/** What packages have as ES modules is taken as such: what nothing of ours calls is left out, most of the AWS SDK among it. */
const mainFields = ['module', 'main'];

const pack = async ({ entry, output }) => {
  const { text, cache } = await packSections({ ...shared, mainFields, entryPoints: [entry] });
  mkdirSync(dirname(inOutput(output)), { recursive: true });
  writeFileSync(inOutput(output), text);
  writeFileSync(inOutput(output.replace(/\.cjs$/u, '.cache')), cache);
};

const commonJs = { format: 'cjs' };
/** An ES module has no `require`, which CommonJS dependencies inside of it still call for Node's own modules. */
const esModule = {
  format: 'esm',
  banner: {
    js: "import { createRequire as keyferryCreateRequire } from 'node:module'; const require = keyferryCreateRequire(import.meta.url);",
  },
};

const emulatorsFolder = inRoot('test', 'emulators');
const emulators = existsSync(emulatorsFolder)
  ? readdirSync(emulatorsFolder)
      .map((name) => ({
        name,
        entry: `test/emulators/${name}/main.ts`,
        output: `emulators/${name}.cjs`,
      }))
      .filter(({ entry }) => existsSync(inRoot(entry)))
      .map((program) => ({ ...program, make: bundle, options: commonJs }))
  : [];

const programs = [
  { name: 'agent', entry: 'agent/main.ts', output: 'agent.cjs', make: pack },
  { name: 'webhook', entry: 'webhook/main.ts', output: 'webhook.mjs', make: bundle, options: esModule },
  { name: 'broker', entry: 'broker/main.ts', output: 'broker.mjs', make: bundle, options: esModule },
  {
    name: 'bitwarden-sdk',
    entry: 'providers/bitwarden/sdk/main.ts',
    output: 'bitwarden-sdk.mjs',
    make: bundle,
    // Native, and under a licence of its own (docs/dependencies.md): it stays a package, beside the bundle.
    options: { ...esModule, external: ['@bitwarden/sdk-napi'] },
  },
  ...emulators,
].filter(({ entry }) => existsSync(inRoot(entry)));

const unknown = names.filter((name) => !programs.some((program) => program.name === name));
if (unknown.length > 0) {
  console.error(
    `no such program: ${unknown.join(', ')}; there are ${programs.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

for (const program of programs) {
  if (names.length > 0 && !names.includes(program.name)) continue;
  await program.make(program);
  const output = inOutput(program.output);
  console.log(`${relative('', output)} ${Math.ceil(statSync(output).size / 1024)} KiB`);
}
