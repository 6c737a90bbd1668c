import { describe, expect, test } from '@jest/globals';
import { readExternalSecret } from '../../../../lib/external-secrets/read.ts';
import { Fields, noFindings } from '../../../../lib/stores/fields.ts';
import { expressionCompiler } from '../../../../lib/stores/regular-expressions.ts';
import { isTooLarge } from '../../../../lib/stores/size.ts';
import { readStore } from '../../../../lib/stores/store.ts';

const kib = 1024;
const tooLarge = {
  problems: ['spec has more than 256 KiB, which no pod can hold'],
  unusable: [],
  warnings: [],
};

describe('the size of a spec', () => {
  test.each([
    ['a text', 'x'.repeat(256 * kib)],
    ['names', { ['x'.repeat(256 * kib)]: 1 }],
    ['many small things', Array.from({ length: 40 * kib }, () => 1)],
    [
      'many objects',
      { a: Array.from({ length: 20 * kib }, () => ({})), b: Array.from({ length: 20 * kib }, () => ({})) },
    ],
  ])('%s can be too much', (_what, spec) => {
    expect(isTooLarge(spec)).toBe(true);
  });

  test('up to then all is read', () => {
    expect(isTooLarge({ a: 'x'.repeat(250 * kib), b: [1, null, { c: true }] })).toBe(false);
    expect(isTooLarge(undefined)).toBe(false);
  });

  test('it is counted however deep it goes', () => {
    const nested = Array.from({ length: 20 * kib }).reduce<unknown>((inner) => [inner], 1);
    expect(isTooLarge(nested)).toBe(false);
    expect(isTooLarge([nested, nested])).toBe(true);
  });

  test('too much of it is the one problem', () => {
    const spec = { provider: { vault: {} }, note: 'x'.repeat(300 * kib) };
    expect(readStore({ kind: 'SecretStore', metadata: { name: 's' }, spec })).toEqual(tooLarge);
    expect(readExternalSecret({ metadata: { name: 's' }, spec })).toEqual(tooLarge);
  });
});

describe('regular expressions', () => {
  const refused =
    'is too much: all regular expressions here may have 50000 characters, fewer where they count repeats';

  test('are those of Go', () => {
    const compiled = expressionCompiler()(String.raw`(?i)\Apay`);
    expect(compiled.ok && compiled.value.test('PAYMENTS')).toBe(true);
    expect(compiled.ok && compiled.value.test('repay')).toBe(false);
    expect(expressionCompiler()('(?=a)b')).toEqual({
      ok: false,
      error: 'is no regular expression: error parsing regexp: invalid or unsupported Perl syntax',
    });
  });

  test.each([
    ['one of them', ['x'.repeat(50_001)]],
    ['all of them', Array.from({ length: 51 }, () => 'x'.repeat(1000))],
    ['counted repeats', Array.from({ length: 29 }, () => 'a{1000}')],
    ['counted repeats at the most', Array.from({ length: 23 }, () => 'a{1,1000}')],
  ])('%s can be too much', (_what, sources) => {
    const compile = expressionCompiler();
    const last = sources.map((source) => compile(source)).at(-1);
    expect(last).toEqual({ ok: false, error: refused });
  });

  test('those of one manifest are counted together, wherever they are', () => {
    const regexp = { source: 'x'.repeat(30_000), target: 'y' };
    const { problems } = readExternalSecret({
      metadata: { name: 'e' },
      spec: {
        secretStoreRef: { name: 's' },
        dataFrom: [
          { find: { name: { regexp: 'x'.repeat(30_000) } } },
          { extract: { key: 'k' }, rewrite: [{ regexp }] },
        ],
      },
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^spec\.dataFrom\[[01]\]\..* is too much: /u);
  });

  test('a usual manifest is far below that', () => {
    const compile = expressionCompiler();
    const sources = Array.from({ length: 30 }, (_, index) => `^payments-[a-z0-9]{1,63}-${index}$`);
    expect(sources.map((source) => compile(source).ok)).not.toContain(false);
  });
});

test('a hundred mistyped names get a few suggestions', () => {
  const findings = noFindings();
  const names = Array.from({ length: 100 }, (_, index) => `server${index.toString().padStart(2, '0')}`);
  const fields = new Fields(Object.fromEntries(names.map((name) => [name, 1])), 'spec', findings);
  fields.optionalString('server');
  fields.close();
  expect(findings.problems).toHaveLength(100);
  expect(findings.problems.filter((problem) => problem.includes('did you mean'))).toHaveLength(20);
});
