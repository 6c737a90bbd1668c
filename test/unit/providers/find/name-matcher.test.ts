import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { loadNameMatcher } from '../../../../providers/find/name-matcher.ts';

const fitting = async (expression: string | undefined, ...names: string[]): Promise<string[] | string> => {
  const matcher = await loadNameMatcher(expression);
  return matcher.ok ? names.filter(matcher.value) : matcher.error.message;
};

describe('an expression of a find', () => {
  test('none: every name fits', async () => {
    expect(await fitting(undefined, 'a', '', 'ü/b')).toEqual(['a', '', 'ü/b']);
  });

  test.each<[string, string[]]>([
    ['db', ['db', 'team/db', 'team/db/x']],
    ['^db$', ['db']],
    ['/db$', ['team/db']],
    ['^(?:team|other)/[^/]+$', ['team/db', 'other/DB']],
    ['(?i)db$', ['db', 'team/db', 'other/DB']],
    [String.raw`\pL\x{FC}`, ['bü', '𝒳ü']],
    ['^.ü$', ['bü', '𝒳ü']],
  ])('%s', async (expression, expected) => {
    const names = ['db', 'team/db', 'team/db/x', 'other/DB', 'bü', '𝒳ü'];
    expect(await fitting(expression, ...names)).toEqual(expected);
  });

  test.each([
    ['(', 'missing closing )'],
    ['[a', 'missing closing ]'],
    ['a{2,1}', 'invalid repeat count'],
    [String.raw`(a)\1`, 'invalid escape sequence'],
    ['(?<!a)b', 'invalid named capture'],
    ['(?=a)', 'invalid or unsupported Perl syntax'],
    [String.raw`\C`, 'invalid escape sequence'],
  ])('%s is of no use', async (expression, why) => {
    expect(await fitting(expression)).toBe(
      `find.name ${JSON.stringify(expression)} is of no use: error parsing regexp: ${why}`,
    );
  });

  test('that makes others take for ever takes no time', async () => {
    const start = performance.now();
    expect(await fitting('^(a+)+$', `${'a'.repeat(10_000)}!`)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('of any kind is compiled or refused, and never thrown at the caller', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('(', ')', '[', '{2,9}', '*', '\\', '?P<', '|'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), fc.string(), async (parts, name) => {
        const found = await fitting(parts.join(''), name);
        expect(typeof found === 'string' || found.length <= 1).toBe(true);
      }),
    );
  });
});
