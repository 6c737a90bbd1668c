import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../../lib/template/limits.ts';
import { parseTemplate, type Template } from '../../../lib/template/template.ts';

const functions = new Set(['secret', 'secretData', 'upper']);

const parsed = (text: string): Template => {
  const result = parseTemplate('app.conf', text, functions);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

const problemOf = (text: string, limits = defaultLimits): string => {
  const result = parseTemplate('app.conf', text, functions, limits);
  return result.ok ? 'none' : result.error;
};

const literal = (text: string) => ({ kind: 'literal', text });

describe('functionNames', () => {
  test('are those that the template calls, sorted, wherever it calls them', () => {
    const text = '{{define "t"}}{{upper "a"}}{{end}}{{if len .}}{{secret "a" | printf "%s"}}{{end}}';
    expect(parsed(text).functionNames).toEqual(['len', 'printf', 'secret', 'upper']);
  });

  test('are none of a text', () => {
    expect(parsed('upper').functionNames).toEqual([]);
  });

  test('may be given as a map', () => {
    expect(parseTemplate('t', '{{upper "a"}}', new Map([['upper', 1]])).ok).toBe(true);
  });
});

describe('calls', () => {
  test.each([
    ['{{ secret "a/b#c" }}', [literal('a/b#c')]],
    ['{{ secret `raw` }}', [literal('raw')]],
    ['{{ "a" | secret }}', [literal('a')]],
    ['{{ secret "grüße" }}', [literal('grüße')]],
    ['{{ secret "a\\tb" }}', [literal('a\tb')]],
    ['{{ secret .name }}', [{ kind: 'expression' }]],
    ['{{ secret ("a") }}', [{ kind: 'expression' }]],
    ['{{ secret 1 }}', [{ kind: 'expression' }]],
    ['{{ .name | secret }}', [{ kind: 'expression' }]],
    ['{{ "a" | upper | secret }}', [{ kind: 'expression' }]],
    ['{{ upper "a" | secret }}', [{ kind: 'expression' }]],
    ['{{ secret }}', []],
    ['{{ secret "a" "b" }}', [literal('a'), literal('b')]],
    ['{{ "b" | secret "a" }}', [literal('a'), literal('b')]],
  ])('%s', (text, expected) => {
    expect(parsed(text).calls('secret')).toEqual([{ name: 'secret', arguments: expected, line: 1 }]);
  });

  test.each([
    '{{ (secretData "a").user }}',
    '{{ $x := secretData "a" }}',
    '{{ if secretData "a" }}{{ end }}',
    '{{ if true }}{{ else }}{{ secretData "a" }}{{ end }}',
    '{{ range secretData "a" }}{{ end }}',
    '{{ with 1 }}{{ secretData "a" }}{{ end }}',
    '{{ template "t" secretData "a" }}{{ define "t" }}{{ end }}',
    '{{ define "t" }}{{ secretData "a" }}{{ end }}',
    '{{ block "t" (secretData "a") }}{{ end }}',
    '{{ printf "%s" (secretData "a" | len) }}',
    '{{ range 2 }}{{ continue }}{{ secretData "a" }}{{ end }}',
  ])('are found in %s', (text) => {
    expect(parsed(text).calls('secretData')).toEqual([
      { name: 'secretData', arguments: [literal('a')], line: 1 },
    ]);
  });

  test('come in the order of the source, with their lines', () => {
    const text =
      '{{ define "t" }}\n{{ secret "1" }}{{ end }}\n{{ secret "2" }}{{ secret\n"3" }}\n\n{{ secret "4" }}';
    const calls = parsed(text).calls('secret');
    expect(calls.map(({ arguments: [first], line }) => [first, line])).toEqual([
      [literal('1'), 2],
      [literal('2'), 3],
      [literal('3'), 3],
      [literal('4'), 6],
    ]);
  });

  test('do not come from comments, texts and constants', () => {
    expect(parsed('secret "a" {{/* secret "a" */}}{{ "secret" }}').calls('secret')).toEqual([]);
  });

  test('are none of a function that is not called', () => {
    expect(parsed('{{ secret "a" }}').calls('constructor')).toEqual([]);
  });
});

describe('errors', () => {
  test('begin with the name of the template and the line', () => {
    expect(problemOf('a\n{{ nope }}')).toBe('template: app.conf:2: function "nope" not defined');
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('%s is no function', (name) => {
    expect(problemOf(`{{ ${name} }}`)).toBe(`template: app.conf:1: function "${name}" not defined`);
  });
});

describe('bounds', () => {
  test('a source has a size in bytes', () => {
    const limits = { ...defaultLimits, sourceBytes: 4 };
    expect(problemOf('éé', limits)).toBe('none');
    expect(problemOf('ééa', limits)).toBe('template: app.conf: is larger than 4 bytes');
  });

  const nested = (open: string, inner: string, close: string, count: number): string =>
    open.repeat(count) + inner + close.repeat(count);

  test('parentheses nest 100 deep', () => {
    expect(problemOf(`{{${nested('(', '1', ')', 100)}}}`)).toBe('none');
    expect(problemOf(`{{${nested('(', '1', ')', 101)}}}`)).toBe(
      'template: app.conf:1: max expression depth exceeded',
    );
  });

  test.each([
    ['if', '{{if 1}}', '{{end}}'],
    ['with', '{{with 1}}', '{{end}}'],
    ['range', '{{range 1}}', '{{end}}'],
    ['block', '{{block "b" .}}', '{{end}}'],
  ])('%s nests 200 deep', (_name, open, close) => {
    expect(problemOf(nested(open, '', close, 201))).toBe(
      'template: app.conf:1: blocks are nested deeper than 200',
    );
  });

  test('a chain of "else if" has 200 parts', () => {
    const chain = (count: number): string => `{{if 1}}${'{{else if 1}}'.repeat(count)}{{end}}`;
    expect(problemOf(chain(199))).toBe('none');
    expect(problemOf(chain(200))).toBe('template: app.conf:1: blocks are nested deeper than 200');
  });

  test('any number of blocks may stand behind each other', () => {
    expect(problemOf('{{if 1}}{{end}}'.repeat(2000))).toBe('none');
  });

  test('parses what opens and never closes', () => {
    expect(problemOf('{{'.repeat(100_000))).toMatch(/^template: app\.conf:1: /);
    expect(problemOf('{{('.repeat(100_000))).toMatch(/^template: app\.conf:1: /);
    expect(problemOf('{{/*'.repeat(100_000))).toBe('template: app.conf:1: unclosed comment');
  });

  test('a message shows the beginning of a long token', () => {
    const problem = problemOf(`{{${'9'.repeat(5000)}}}`);
    expect(problem).toMatch(/^template: app\.conf:1: illegal number syntax: "9+\.\.\.$/);
    expect(problem.length).toBeLessThan(1100);
  });
});
