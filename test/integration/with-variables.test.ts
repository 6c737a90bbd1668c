import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const script = join(import.meta.dirname, '..', '..', 'docs', 'examples', 'migrating', 'with-variables.sh');
const printer = 'process.stdout.write(JSON.stringify([process.env, process.argv.slice(1)]))';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-variables-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Files as the agent publishes them: links to what is behind `..data`. */
const publish = (files: Readonly<Record<string, string>>): string => {
  const target = join(folder, 'target');
  mkdirSync(join(target, '..data'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(target, '..data', name), text);
    symlinkSync(join('..data', name), join(target, name));
  }
  return target;
};

describe('with-variables.sh', () => {
  test('gives a program the files of a folder as variables, byte for byte', () => {
    const values = { DB_PASSWORD: '$(id) `id` "\'\\ ü', _2: 'two\nlines\n\n', EMPTY: '' };
    const target = publish({ ...values, 'api-key': 'x', 'config.yaml': 'x', '9A': 'x' });
    const words = [script, target, process.execPath, '-e', printer, 'a b', '*'];
    const { stdout, stderr, status } = spawnSync('sh', words, {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin' },
    });
    expect([status, stderr]).toEqual([0, '']);
    const [variables, given] = JSON.parse(stdout) as [Record<string, string>, string[]];
    expect(variables).toMatchObject(values);
    expect(Object.keys(variables)).not.toEqual(expect.arrayContaining(['api-key']));
    expect(given).toEqual(['a b', '*']);
  });

  test('starts nothing where there is no such folder', () => {
    const target = join(folder, 'nothing');
    const { status, stdout, stderr } = spawnSync('sh', [script, target, 'echo', 'started'], {
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([1, '', `with-variables.sh: there is no folder ${target}\n`]);
  });
});
