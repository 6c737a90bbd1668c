import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commands, optionNames, optionOf } from '../../../cli/options.ts';
import { usage } from '../../../cli/usage.ts';
import { workloadKinds } from '../../../cli/core/target.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(repository, 'docs', 'cli.md'), 'utf8');
/** Without the blocks that quote the command's own words. */
const prose = page.replaceAll(/^```text\n[\s\S]*?^```$/gmu, '');

const flagsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/(?<![\w-])(--?[a-z][a-z-]*)/gu)].map(([, flag]) => flag ?? ''));

const flags = optionNames.flatMap((name) => {
  const { short } = optionOf(name);
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
});

describe('docs/cli.md and the usage name the same', () => {
  test('flags', () => {
    expect([...flags].filter((flag) => !flagsIn(usage).has(flag))).toEqual([]);
    expect([...flags].filter((flag) => !flagsIn(prose).has(flag))).toEqual([]);
    const known = new Set(flags);
    expect([...flagsIn(usage), ...flagsIn(prose)].filter((flag) => !known.has(flag))).toEqual([]);
  });

  test('commands', () => {
    const sections = [...page.matchAll(/^## `([a-z]+)`$/gmu)].map(([, name]) => name ?? '');
    expect(sections.sort()).toEqual([...commands].sort());
    for (const command of commands) expect(usage).toMatch(new RegExp(`^  ${command} `, 'mu'));
  });

  test('kinds that can be refreshed', () => {
    for (const kind of ['pod', 'externalsecret', ...Object.keys(workloadKinds)]) {
      expect(usage).toContain(kind);
      expect(prose).toContain(`\`${kind}\``);
    }
  });
});

const examples = [...page.matchAll(/^```sh\n(.+)\n```\n\n```text\n([\s\S]*?)\n```$/gmu)].map(
  ([, command = '', output = '']) => [command, output] as const,
);

describe('what docs/cli.md shows is what the command prints', () => {
  test('there are examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
  });

  test.each(examples)('%s', (command, output) => {
    const { stdout, status } = spawnSync('sh', ['-c', command], { cwd: repository, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trimEnd()).toBe(output);
  });
});
