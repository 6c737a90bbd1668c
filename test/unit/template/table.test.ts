import { describe, expect, test } from '@jest/globals';
import {
  functionGroups,
  functionNames,
  loadFunctions,
  unstableFunctions,
} from '../../../lib/template/functions/table.ts';
import { builtinNames } from '../../../lib/template/template.ts';

const sorted = (names: Iterable<string>): string[] => [...names].sort();

const groups = functionGroups.map((group) => ({ group, title: group.names.slice(0, 3).join(', ') }));

describe.each(groups)('the group of $title', ({ group }) => {
  test('lists just what its module exports', async () => {
    const { functions } = await group.load();
    expect(sorted(group.names)).toEqual(sorted(functions.map(({ name }) => name)));
  });

  test('says which of its functions are unstable', async () => {
    const { functions } = await group.load();
    const unstable = functions.filter((entry) => entry.unstable === true).map(({ name }) => name);
    expect(sorted(group.unstable ?? [])).toEqual(sorted(unstable));
  });

  test('names its functions in order', () => {
    expect(group.names).toEqual(sorted(group.names));
  });
});

describe('all groups together', () => {
  test('have each name once, and none of the language itself', () => {
    const names = functionGroups.flatMap((group) => group.names);
    expect(sorted(names)).toEqual(sorted(new Set(names)));
    expect(builtinNames.filter((name) => functionNames.has(name))).toEqual([]);
  });

  test('do not read the environment', () => {
    expect(['env', 'expandenv', 'getHostByName'].filter((name) => functionNames.has(name))).toEqual([]);
  });

  test('know what is unstable', () => {
    expect(unstableFunctions.has('now')).toBe(true);
    expect(unstableFunctions.has('randAlphaNum')).toBe(true);
    expect(unstableFunctions.has('upper')).toBe(false);
  });
});

describe('loadFunctions', () => {
  test('loads the group of each name, and no other', async () => {
    const loaded = await loadFunctions(['upper']);
    expect(loaded.get('upper')?.name).toBe('upper');
    expect(loaded.has('genCA')).toBe(false);
  });

  test('leaves out what no group has', async () => {
    expect(await loadFunctions(['nope', 'constructor'])).toEqual(new Map());
  });
});
