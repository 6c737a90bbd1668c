import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseFlags } from '../../../webhook/flags.ts';
import { repository } from './manifests.ts';

const rows = readFileSync(join(repository, 'docs/install.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `--'));
const documented = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/--[a-z-]+/gu)].map(String));

const isKnown = (flag: string): boolean => {
  const parsed = parseFlags([`${flag}=1`]);
  return parsed.ok || !parsed.error.some((problem) => problem.startsWith(`${flag} is not a flag`));
};

test('every flag of the webhook is in docs/install.md, and no other', () => {
  const source = readFileSync(join(repository, 'webhook/flags.ts'), 'utf8');
  const table = source.slice(source.indexOf('const options = {'), source.indexOf('} as const'));
  const defined = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{/gmu)].map(([, name]) => `--${String(name)}`);
  expect(defined.length).toBeGreaterThan(15);
  expect([...documented].sort()).toEqual([...defined].sort());
  expect(documented.filter((flag) => !isKnown(flag))).toEqual([]);
  expect(isKnown('--nonsense')).toBe(false);
});
