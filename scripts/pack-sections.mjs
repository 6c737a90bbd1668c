import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Script } from 'node:vm';
import { build, transform } from 'esbuild';

/**
 * Bundles a program to one CommonJS file whose lazily imported parts are not even parsed before they are imported. V8 reads all
 * of a file before it runs any of it, about 20 ms for each MB; a comment costs it next to nothing. So every part beside the
 * entry is a comment in a function of its own, a section, and `runtime` compiles it when it is asked for. Parts that several
 * others share are sections of their own and run once.
 *
 * Beside the program lies its code cache: what V8 made of the sections at the build, so that it need not be made again at each
 * start (https://nodejs.org/api/vm.html#scriptcreatecacheddata). V8 takes it only if version and flags are those of the build,
 * and the loader only if it was made from the very same sections; without it, or with another, everything runs as well and a bit later.
 */

/** Stands for what would end a comment. */
const escapedEnd = '*@keyferry@/';

/** The loader at the top of a packed file; its own source text is what goes in. `cache` is where each section's part of the code cache is. */
const runtime = (nodeRequire, filename, sections, cache) => {
  const { Script } = nodeRequire('node:vm');
  const fs = nodeRequire('node:fs');
  const loaded = new Map();
  const sectionText = (name) => {
    const text = sections[name].toString();
    const code = text.slice(text.indexOf('/*') + 2, text.lastIndexOf('*/'));
    return code.replaceAll('*@keyferry@/', '*/');
  };
  const read = (file, offset, length) => {
    const bytes = Buffer.allocUnsafeSlow(length);
    return fs.readSync(file, bytes, 0, length, offset) === length ? bytes : undefined;
  };
  const cachedCode = (name) => {
    try {
      const file = fs.openSync(filename.replace(/\.cjs$/, '.cache'), 'r');
      try {
        if (read(file, 0, cache.id.length)?.toString('latin1') !== cache.id) return undefined;
        return read(file, ...cache.parts[name]);
      } finally {
        fs.closeSync(file);
      }
    } catch {
      // The program alone is enough.
      return undefined;
    }
  };
  const load = (name) => {
    if (!Object.hasOwn(sections, name)) return nodeRequire(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const options = { filename: `${filename}/${name.slice(2)}`, cachedData: cachedCode(name) };
    new Script(sectionText(name), options).runInThisContext()(load, module, module.exports);
    return module.exports;
  };
  return load;
};

/** A section is an expression, so that its text can be compiled as it stands, without a copy. */
const asFunction = (code) => `(function(require,module,exports){${code}\n})`;

/** Loads every section as the program would and takes what V8 has made of it then: its functions that a load calls are in it. */
const codeCaches = (sections) => {
  const nodeRequire = createRequire(import.meta.url);
  const texts = new Map(sections.map(({ name, code }) => [`./${name}`, `\n${code}\n`]));
  const scripts = new Map();
  const modules = new Map();
  const load = (name) => {
    const text = texts.get(name);
    if (text === undefined) return nodeRequire(name);
    if (!modules.has(name)) {
      const module = { exports: {} };
      modules.set(name, module);
      scripts.set(name, new Script(text, { filename: name }));
      scripts.get(name).runInThisContext()(load, module, module.exports);
    }
    return modules.get(name).exports;
  };
  for (const name of texts.keys()) load(name);
  return [...texts.keys()].map((name) => ({ name, data: scripts.get(name).createCachedData() }));
};

/** The code cache of all sections in one file: what it was made from, as a digest, then section by section; and where each is. */
const packCache = (sections) => {
  const id = createHash('sha256').update(JSON.stringify(sections)).digest('hex');
  const parts = {};
  let offset = id.length;
  const caches = codeCaches(sections);
  for (const { name, data } of caches) {
    parts[name] = [offset, data.length];
    offset += data.length;
  }
  return { table: { id, parts }, bytes: Buffer.concat([Buffer.from(id), ...caches.map(({ data }) => data)]) };
};

const toCommonJs = async (code) => {
  const options = { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false } };
  const minify = { minifySyntax: true, minifyWhitespace: true, legalComments: 'inline' };
  const transformed = await transform(code, { ...options, ...minify });
  if (transformed.code.includes(escapedEnd)) throw new Error(`the code has ${escapedEnd} in it`);
  return transformed.code.trim();
};

/** Builds a program. Takes esbuild's options and returns the text of its one file and the bytes of its code cache. */
export const packSections = async (options) => {
  const result = await build({ ...options, format: 'esm', splitting: true, write: false, outdir: 'packed' });
  const entryName = `${basename(options.entryPoints[0], '.ts')}.js`;
  const outputs = await Promise.all(
    result.outputFiles.map(async ({ path, text }) => ({
      name: basename(path),
      text: await toCommonJs(text),
    })),
  );
  const entry = outputs.find(({ name }) => name === entryName);
  const sections = outputs
    .filter((output) => output !== entry)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, text }) => ({ name, code: asFunction(text) }));
  const table = sections.map(
    ({ name, code }) => `${JSON.stringify(`./${name}`)}:()=>{/*\n${code.replaceAll('*/', escapedEnd)}\n*/}`,
  );
  const cache = packCache(sections);
  const loader = `(${runtime.toString()})(require,__filename,{\n${table.join(',\n')}\n},${JSON.stringify(cache.table)})`;
  return { text: `"use strict";((require)=>{${entry.text}})(${loader});\n`, cache: cache.bytes };
};
