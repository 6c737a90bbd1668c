import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionNames, loadFunctions } from '../../lib/template/functions/table.ts';
import { defaultLimits, type TemplateLimits } from '../../lib/template/limits.ts';
import { builtinNames, execute, parseTemplate } from '../../lib/template/template.ts';
import { mapValue, stringValue } from '../../lib/template/value.ts';
import { templateCases } from '../support/golden-templates.ts';
import { bombs } from '../support/template-bombs.ts';

const mebibyte = 1024 * 1024;

/** Generous for a busy machine: what is caught here runs for minutes, or for ever. */
const longestMilliseconds = 10_000;

const functions = await loadFunctions(functionNames);

/** No error may show the data, and no result what is outside of it. */
const inside = 'Canary7f3aSecret';
const outside = 'Canary9c1eOutside';
const outsideName = 'canaryOutside';

const hosts = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype];

beforeAll(() => {
  process.env[outsideName] = outside;
  for (const host of [globalThis, ...hosts]) {
    Object.defineProperty(host, outsideName, { value: outside, configurable: true });
  }
});

afterAll(() => {
  Reflect.deleteProperty(process.env, outsideName);
  for (const host of [globalThis, ...hosts]) Reflect.deleteProperty(host, outsideName);
});

/** Names that mean something to JavaScript, in any place where a template may write a name. */
const foreignNames = [
  outsideName,
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'entries',
  'size',
  'value',
  'kind',
  'length',
  'env',
  'expandenv',
  'getHostByName',
  'globalThis',
  'process',
  'require',
];

const dataNames = ['name', 'user', 'json', 'yaml', 'expression', 'number', 'pem', 'constructor', '__proto__'];
const dataTexts = new Map([
  ['json', `{"a":["${inside}"],"__proto__":{"b":"${inside}"}}`],
  ['yaml', `a: &a ["${inside}"]\n__proto__: *a\n`],
  ['expression', `(${inside}`],
  ['number', `12${inside}`],
  ['pem', `-----BEGIN ${inside}-----\nQUJD\n-----END ${inside}-----\n`],
]);
const dot = mapValue(
  dataNames.map((name) => [name, stringValue(dataTexts.get(name) ?? inside)] as const),
  'string',
);

let generated = 0;

interface Ending {
  readonly output: string;
  readonly error: string;
  readonly milliseconds: number;
}

const run = (text: string, limits: TemplateLimits): Ending => {
  const start = performance.now();
  const parsed = parseTemplate('template', text, functionNames, limits);
  const result = parsed.ok
    ? execute(parsed.value, dot, { functions, now: () => 0, randomBytes, limits })
    : parsed;
  const milliseconds = performance.now() - start;
  return result.ok
    ? { output: result.value, error: '', milliseconds }
    : { output: '', error: result.error, milliseconds };
};

const expectHarmless = (text: string, limits: TemplateLimits): Ending => {
  generated += Buffer.byteLength(text);
  const ending = run(text, limits);
  const { output, error, milliseconds } = ending;
  expect(error === '' || error.startsWith('template: template:')).toBe(true);
  expect(error).not.toContain(inside);
  expect(error).not.toContain(outside);
  expect(output).not.toContain(outside);
  expect(output.length).toBeLessThanOrEqual(limits.outputBytes);
  expect(milliseconds).toBeLessThan(longestMilliseconds);
  return ending;
};

/** Smaller than what is allowed, so that many templates can be tried. */
const smallLimits = { ...defaultLimits, steps: 20_000, workBytes: 2 * mebibyte, outputBytes: mebibyte / 8 };

/** A quarter of what is allowed: the time that these take grows with it. */
const bombLimits = { ...defaultLimits, steps: 250_000, workBytes: 8 * mebibyte };

const foreign = fc.constantFrom(...foreignNames);
const known = fc.constantFrom(...functionNames, ...builtinNames);
const size = fc.constantFrom(
  '0',
  '1',
  '-1',
  '7',
  '1000',
  '1000000',
  '9223372036854775807',
  '1e308',
  '0x1p-1074',
);
const literal = fc.oneof(
  size,
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  foreign.map((name) => `"${name}"`),
  fc.constantFrom(
    '"%1000000d"',
    '"%[9]*.*[2]q%!"',
    '"((a{1,9}){1,9}){1,9}|\\\\C"',
    '`{"a":[{},[]]}`',
    '"&a [*a, *a]"',
    '`<<: [{a: b}]`',
    '"2006-01-02T15:04:05Z07:00"',
    'nil',
    'true',
    '2i',
    "'\\''",
  ),
);

const { expression, statements } = fc.letrec<{
  expression: string;
  statement: string;
  statements: string;
}>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('.', '$', '$x', ...dataNames.map((name) => `.${name}`)),
    literal,
    foreign.map((name) => `.${name}`),
    fc.tuple(tie('expression'), foreign).map(([value, name]) => `(${value}).${name}`),
    fc
      .tuple(known, fc.array(tie('expression'), { maxLength: 4 }))
      .map(([name, values]) => `(${[name, ...values].join(' ')})`),
    fc.tuple(tie('expression'), known).map(([value, name]) => `(${value} | ${name})`),
    fc.tuple(foreign, tie('expression')).map(([name, value]) => `(index ${value} "${name}")`),
    fc.tuple(size, tie('expression')).map(([count, value]) => `(repeat ${count} ${value})`),
    fc.tuple(foreign, tie('expression')).map(([name, value]) => `(set (dict "a" $x) "${name}" ${value})`),
  ),
  statement: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'statement' },
    tie('expression').map((value) => `{{ ${value} }}`),
    tie('expression').map((value) => `{{ $x = ${value} }}`),
    fc
      .tuple(tie('expression'), tie('statements'))
      .map(([value, body]) => `{{ range ${value} }}${body}{{ end }}`),
    fc
      .tuple(tie('expression'), tie('statements'))
      .map(([value, body]) => `{{ range $i, $x := ${value} }}${body}{{ else }}${body}{{ end }}`),
    fc
      .tuple(tie('expression'), tie('statements'))
      .map(([value, body]) => `{{ with ${value} }}${body}{{ end }}`),
    fc.tuple(foreign, tie('expression')).map(([name, value]) => `{{ template "${name}" ${value} }}`),
  ),
  statements: fc
    .array(tie('statement'), { maxLength: 4, depthIdentifier: 'statement' })
    .map((all) => all.join('')),
}));

/** Templates that are right in their form, and define those that they call by names of JavaScript. */
const built = fc
  .tuple(fc.array(fc.tuple(foreign, statements), { maxLength: 2 }), statements, expression)
  .map(([defined, body, value]) =>
    [
      '{{ $x := . }}',
      ...defined.map(([name, text]) => `{{ define "${name}" }}{{ $x := . }}${text}{{ end }}`),
      body,
      `{{ ${value} }}`,
    ].join(''),
  );

const sources = templateCases.map(({ source }) => source).filter(({ length }) => length > 0 && length < 5000);

/** Golden templates with parts cut out, put in and doubled. */
const mutated = fc
  .tuple(
    fc.array(fc.constantFrom(...sources), { minLength: 2, maxLength: 6 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(6),
        fc.oneof(foreign, literal, fc.constantFrom('{{', '}}', '{{end}}', '(', ')', '|', '.', '"', '`')),
      ),
      { maxLength: 6 },
    ),
  )
  .map(([parts, changes]) =>
    changes.reduce((text, [place, removed, added]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + added + text.slice(at + removed);
    }, parts.join('')),
  );

const bytes = fc
  .uint8Array({ minLength: 400, maxLength: 1200 })
  .map((array) => `{{${Buffer.from(array).toString('utf8')}`);

const nested = fc
  .tuple(
    fc.constantFrom(
      '(',
      '{{if .}}',
      '{{range .}}',
      '{{with .}}',
      '{{block "a" .}}',
      '{{/*',
      '"',
      '.a',
      '{{else}}',
    ),
    fc.nat(4000),
    fc.constantFrom('', '{{end}}', ')', '}}'),
  )
  .map(([part, count, end]) => `{{${part.repeat(count)}}}${end.repeat(count)}`);

describe('a hostile template ends within its bounds, and reaches nothing but its data', () => {
  test.each([
    ['built of any functions and names', built, 1500],
    ['a changed golden one', mutated, 700],
    ['of any bytes', bytes, 400],
    ['of one thing in itself', nested, 100],
  ])('%s', (_name, texts, numRuns) => {
    fc.assert(
      fc.property(texts, (text) => {
        expectHarmless(text, smallLimits);
      }),
      { numRuns },
    );
  });

  test('and this was a mebibyte of them', () => {
    expect(generated).toBeGreaterThan(mebibyte);
  });
});

describe('a template that takes as much as it can ends within its bounds', () => {
  test.each(bombs)('%s', (_name, text) => {
    const { error } = expectHarmless(text, bombLimits);
    // What is no error has not taken much.
    expect(error).toMatch(
      /^$|: (?:execution exceeds|output exceeds|error calling|functions make more|exceeded|value is (?:nested )?too)/,
    );
  });
});
