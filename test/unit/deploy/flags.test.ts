import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseFlags as parseBrokerFlags } from '../../../broker/flags.ts';
import type { Result } from '../../../lib/result.ts';
import { parseFlags as parseWebhookFlags } from '../../../webhook/flags.ts';
import { repository } from './manifests.ts';

const read = (file: string): string => readFileSync(join(repository, file), 'utf8');
const sections = read('docs/install.md').split(/^##+ /mu);

/** The flags in the tables of a section. */
const documentedIn = (title: string): string[] => {
  const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/--[a-z-]+/gu)].map(String));
};

/** The flags that the table of a program's source has, with those that all servers share. */
const definedIn = (file: string): string[] =>
  [read(file), read('lib/flags/server.ts')].flatMap((source) => {
    const start = source.search(/^(export )?const (options|serverFlags) = \{/mu);
    const table = source.slice(start, source.indexOf('} as const', start));
    return [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{/gmu)].map(([, name]) => `--${String(name)}`);
  });

type Parse = (argv: readonly string[]) => Result<unknown, readonly string[]>;

const isKnown = (parse: Parse, flag: string): boolean => {
  const parsed = parse([`${flag}=1`]);
  return parsed.ok || !parsed.error.some((problem) => problem.startsWith(`${flag} is not a flag`));
};

describe.each([
  ['webhook', parseWebhookFlags],
  ['broker', parseBrokerFlags],
])('docs/install.md on the %s', (program, parse: Parse) => {
  const documented = documentedIn(`Flags of the ${program}`);

  test('has every flag, and no other', () => {
    const defined = definedIn(`${program}/flags.ts`);
    expect(defined.length).toBeGreaterThan(15);
    expect([...documented].sort()).toEqual([...defined].sort());
    expect(documented.filter((flag) => !isKnown(parse, flag))).toEqual([]);
    expect(isKnown(parse, '--nonsense')).toBe(false);
  });
});
