import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { functionNames, unstableFunctions } from '../../../lib/template/functions/table.ts';
import { defaultLimits } from '../../../lib/template/limits.ts';
import { builtinNames } from '../../../lib/template/template.ts';

const docs = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'templates.md'), 'utf8');
const section = /<!-- functions: begin[^>]*-->(.*)<!-- functions: end -->/s.exec(docs)?.[1] ?? '';
const documented = [...section.matchAll(/`(\w+)`(\\\*)?/g)].map(([, name = '', mark]) => ({
  name,
  unstable: mark !== undefined,
}));

const sorted = (names: Iterable<string>): string[] => [...names].sort();

describe('docs/templates.md', () => {
  test('lists every function once, and no other', () => {
    expect(sorted(documented.map(({ name }) => name))).toEqual(sorted([...functionNames, ...builtinNames]));
  });

  test('marks those that change with each call', () => {
    const marked = documented.filter(({ unstable }) => unstable).map(({ name }) => name);
    expect(sorted(marked)).toEqual(sorted(unstableFunctions));
  });

  test('says each bound as it is said', () => {
    const said = [
      `is larger than ${defaultLimits.sourceBytes} bytes`,
      `blocks are nested deeper than ${defaultLimits.blocks}`,
      `exceeded maximum template depth (${defaultLimits.depth})`,
      `execution exceeds ${defaultLimits.steps} steps`,
      `functions make more than ${defaultLimits.workBytes} bytes`,
      `output exceeds ${defaultLimits.outputBytes} bytes`,
    ];
    expect(said.filter((text) => !docs.includes(text))).toEqual([]);
  });
});
