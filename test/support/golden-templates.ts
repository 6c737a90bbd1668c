import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { functionNames, loadFunctions } from '../../lib/template/functions/table.ts';
import { execute, parseTemplate } from '../../lib/template/template.ts';
import { toByteString } from '../../lib/template/utf8.ts';
import { mapValue, stringValue, type ByteString } from '../../lib/template/value.ts';

/** Folders `<area>/<construct or function>` with `<case>.tmpl` and what Go makes of it: `<case>.want` or `<case>.error`. */
const goldenTemplates = join(import.meta.dirname, '..', 'golden', 'template');

/** What `now` gives in these cases. */
const now = Date.parse('2026-01-02T03:04:05.678Z');

export type Outcome =
  { readonly kind: 'want'; readonly bytes: ByteString } | { readonly kind: 'error'; readonly text: string };

export interface TemplateCase {
  /** `language/range/break`. */
  readonly name: string;
  readonly source: string;
  readonly data: ReadonlyMap<ByteString, ByteString>;
  readonly expected: readonly Outcome[];
}

type DataFile = Record<string, string | { base64: string }>;

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });

/** The data of a case's folder, else of the folder around it. */
const dataFor = (folder: string): ReadonlyMap<ByteString, ByteString> => {
  const file = [folder, dirname(folder)].map((place) => join(place, 'data.json')).find(existsSync);
  const data = file === undefined ? {} : (JSON.parse(readFileSync(file, 'utf8')) as DataFile);
  return new Map(
    Object.entries(data).map(([key, value]) => [
      toByteString(key),
      typeof value === 'string'
        ? toByteString(value)
        : Buffer.from(value.base64, 'base64').toString('latin1'),
    ]),
  );
};

const outcomesOf = (base: string): readonly Outcome[] => {
  const want = existsSync(`${base}.want`) ? [readFileSync(`${base}.want`, 'latin1')] : [];
  const error = existsSync(`${base}.error`) ? [readFileSync(`${base}.error`, 'utf8')] : [];
  return [
    ...want.map((bytes) => ({ kind: 'want', bytes }) as const),
    ...error.map((text) => ({ kind: 'error', text: text.replace(/\n$/, '') }) as const),
  ];
};

const allFiles = filesBelow(goldenTemplates).sort();

/** Files that belong to no case. */
export const strayFiles = allFiles.filter((path) => {
  const base = path.replace(/\.(?:want|error)$/, '');
  if (base !== path) return !allFiles.includes(`${base}.tmpl`);
  return !path.endsWith('.tmpl') && !path.endsWith('/data.json') && !path.endsWith('/differences.json');
});

export const templateCases: readonly TemplateCase[] = allFiles
  .filter((path) => path.endsWith('.tmpl'))
  .map((path) => {
    const base = path.replace(/\.tmpl$/, '');
    return {
      name: relative(goldenTemplates, base),
      source: readFileSync(path, 'utf8'),
      data: dataFor(dirname(path)),
      expected: outcomesOf(base),
    };
  });

/** Cases whose error is not Go's to the letter, with the reason. */
export const differences = new Map(
  Object.entries(
    JSON.parse(readFileSync(join(goldenTemplates, 'differences.json'), 'utf8')) as Record<string, string>,
  ),
);

const functions = await loadFunctions(functionNames);

/** What a template makes of data, as an ExternalSecret's does. */
export const render = (source: string, data: ReadonlyMap<ByteString, ByteString>): Outcome => {
  const parsed = parseTemplate('template', source, functionNames);
  if (!parsed.ok) return { kind: 'error', text: parsed.error };
  const entries = [...data].map(([key, value]) => [key, stringValue(value)] as const);
  const options = { functions, now: () => now, randomBytes };
  const result = execute(parsed.value, mapValue(entries, 'string'), options);
  return result.ok ? { kind: 'want', bytes: result.value } : { kind: 'error', text: result.error };
};
