import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from '@jest/globals';
import { stringify } from 'yaml';

const updating = process.env['UPDATE_GOLDEN'] === '1';

if (updating && (process.env['CI'] ?? '') !== '')
  throw new Error('UPDATE_GOLDEN=1 rewrites what is expected; it is refused where CI is set');

export const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

export const asYaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/**
 * Holds a text to what a file says. Where they differ the text is written beside it as `<name>.rej`, and the failure shows the difference;
 * with UPDATE_GOLDEN=1 the file is rewritten instead.
 */
export const checkFile = (path: string, actual: string): void => {
  const rejected = `${path}.rej`;
  rmSync(rejected, { force: true });
  const wanted = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (wanted === actual) return;
  if (updating) {
    writeFileSync(path, actual);
    return;
  }
  writeFileSync(rejected, actual);
  expect(actual).toBe(wanted);
};

/** Holds all of a case's results to its `want.*` files; a file that is neither input nor wanted is stale or misspelt. */
export const checkFiles = (
  folder: string,
  wanted: ReadonlyMap<string, string>,
  inputs: readonly string[],
): void => {
  const others = readdirSync(folder).filter(
    (name) => !wanted.has(name) && !inputs.includes(name) && !name.endsWith('.rej'),
  );
  if (updating) {
    const stale = others.filter((name) => name.startsWith('want.'));
    for (const name of stale) rmSync(join(folder, name));
    expect(others).toEqual(stale);
  } else {
    expect(others).toEqual([]);
  }
  for (const [name, text] of wanted) checkFile(join(folder, name), text);
};
