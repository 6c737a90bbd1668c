import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionNames, loadFunctions, unstableFunctions } from '../../lib/template/functions/table.ts';
import { defaultLimits } from '../../lib/template/limits.ts';
import { execute, parseTemplate } from '../../lib/template/template.ts';
import { mapValue, stringValue } from '../../lib/template/value.ts';
import { templateCases } from '../support/golden-templates.ts';

/** Hostile templates that each property is tried with. */
const leastBytes = 1_000_000;

/** Slow by their nature: they make keys, or are meant to be slow. */
const slow = new Set([...unstableFunctions, 'derivePassword']);
const names = new Set([...functionNames].filter((name) => !slow.has(name)));
const functions = await loadFunctions(names);

const limits = { ...defaultLimits, steps: 20_000, workBytes: 2_000_000, outputBytes: 100_000 };

/** Stands for every secret: no message may show it. */
const canary = 'Canary7f3aSecret';
const data = ['name', 'empty', 'user', 'html', 'binary', 'json', 'csv', 'cert'].map(
  (key) => [key, stringValue(key === 'empty' ? '' : canary)] as const,
);

interface Outcome {
  readonly error: string;
  readonly size: number;
}

const run = (text: string): Outcome => {
  const parsed = parseTemplate('template', text, names, limits);
  if (!parsed.ok) return { error: parsed.error, size: 0 };
  const options = { functions, now: () => 0, randomBytes, limits };
  const result = execute(parsed.value, mapValue(data, 'string'), options);
  return result.ok ? { error: '', size: result.value.length } : { error: result.error, size: 0 };
};

const token =
  /\{\{-?|-?\}\}|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\$\w*|\.\w*|\w+|:=|\s+|[^\w\s]/gu;
const tokensOf = (text: string): string[] => [...text.matchAll(token)].map(([found]) => found);

const corpus = templateCases.map(({ source }) => tokensOf(source)).filter(({ length }) => length > 0);
const knownTokens = [...new Set(corpus.flat())];
const structure = [
  '{{',
  '}}',
  '{{end}}',
  '{{else}}',
  '{{range .}}',
  '{{if .name}}',
  '(',
  ')',
  '|',
  ' ',
  '.',
  '$',
];

const anyToken = fc.oneof(fc.constantFrom(...knownTokens), fc.constantFrom(...structure));
const soup = fc.array(anyToken, { minLength: 60, maxLength: 200 }).map((tokens) => tokens.join(''));

/** A template of the golden cases, with tokens of others put in, taken out or put in another place. */
const mutated = fc
  .tuple(
    fc.array(fc.constantFrom(...corpus), { minLength: 3, maxLength: 8 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), anyToken), { maxLength: 8 }),
  )
  .map(([parts, changes]) => {
    const tokens = parts.flat();
    for (const [place, removed, added] of changes) tokens.splice(place % tokens.length, removed, added);
    return tokens.join('');
  });

const bytes = fc
  .uint8Array({ minLength: 200, maxLength: 800 })
  .map((array) => `{{${Buffer.from(array).toString('utf8')}`);

const deep = fc
  .tuple(fc.constantFrom('(', '{{if .}}', '{{range .}}', '{{with .}}', '{{/*', '{{"', '.a'), fc.nat(3000))
  .map(([part, count]) => `{{${part.repeat(count)}`);

describe('a hostile template', () => {
  test.each([
    ['tokens in any order', soup, 1000],
    ['golden templates, changed', mutated, 2500],
    ['any bytes', bytes, 800],
    ['anything, many times over', deep, 300],
  ])(
    'of %s ends with a result or an error, within its bounds, and shows no secret',
    (_name, texts, numRuns) => {
      let total = 0;
      fc.assert(
        fc.property(texts, (text) => {
          total += Buffer.byteLength(text);
          const { error, size } = run(text);
          expect(size).toBeLessThanOrEqual(limits.outputBytes);
          expect(error === '' || error.startsWith('template: template:')).toBe(true);
          expect(error.toLowerCase()).not.toContain(canary.toLowerCase());
        }),
        { numRuns },
      );
      expect(total).toBeGreaterThan(leastBytes / 4);
    },
  );
});
