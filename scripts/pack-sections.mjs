import { basename } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Bundles a program to one CommonJS file whose lazily imported parts are not even parsed before they are imported. V8 reads all
 * of a file before it runs any of it, about 20 ms for each MB; a comment costs it next to nothing. So every part beside the
 * entry is a comment in a function of its own, a section, and `runtime` compiles it when it is asked for. Parts that several
 * others share are sections of their own and run once.
 */

/** Stands for what would end a comment. */
const escapedEnd = '*@keyferry@/';

/** The loader at the top of a packed file; its own source text is what goes in. */
const runtime = (nodeRequire, filename, sections) => {
  const { compileFunction } = nodeRequire('node:vm');
  const loaded = new Map();
  const sectionText = (name) => {
    const text = sections[name].toString();
    const code = text.slice(text.indexOf('/*') + 2, text.lastIndexOf('*/'));
    return code.replaceAll('*@keyferry@/', '*/');
  };
  const load = (name) => {
    if (!Object.hasOwn(sections, name)) return nodeRequire(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const parameters = ['require', 'module', 'exports'];
    const options = { filename: `${filename}/${name.slice(2)}` };
    compileFunction(sectionText(name), parameters, options)(load, module, module.exports);
    return module.exports;
  };
  return load;
};

const toCommonJs = async (code) => {
  const options = { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false } };
  const minify = { minifySyntax: true, minifyWhitespace: true, legalComments: 'inline' };
  const transformed = await transform(code, { ...options, ...minify });
  if (transformed.code.includes(escapedEnd)) throw new Error(`the code has ${escapedEnd} in it`);
  return transformed.code.trim();
};

/** Builds the one file of a program. Takes esbuild's options and returns the text. */
export const packSections = async (options) => {
  const result = await build({ ...options, format: 'esm', splitting: true, write: false, outdir: 'packed' });
  const entryName = `${basename(options.entryPoints[0], '.ts')}.js`;
  const outputs = await Promise.all(
    result.outputFiles.map(async ({ path, text }) => ({
      name: basename(path),
      code: await toCommonJs(text),
    })),
  );
  const entry = outputs.find(({ name }) => name === entryName);
  const sections = outputs.filter((output) => output !== entry).sort((a, b) => (a.name < b.name ? -1 : 1));
  const table = sections.map(
    ({ name, code }) => `${JSON.stringify(`./${name}`)}:()=>{/*\n${code.replaceAll('*/', escapedEnd)}\n*/}`,
  );
  return `"use strict";((require)=>{${entry.code}})((${runtime.toString()})(require,__filename,{\n${table.join(',\n')}\n}));\n`;
};
