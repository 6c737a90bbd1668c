import { describe, expect, test } from '@jest/globals';
import {
  integerValue,
  listValue,
  mapValue,
  nil,
  stringValue,
  type Value,
} from '../../../lib/template/value.ts';
import { at, run } from '../../support/run-template.ts';

describe('no error shows a value', () => {
  const secret = 'hunter2';
  const data = mapValue([['password', stringValue(secret)]], 'string');

  test.each([
    '{{.password.x}}',
    '{{range .password}}{{end}}',
    '{{eq . .}}',
    '{{.password | call}}',
    '{{call .password}}',
    '{{index .password .password}}',
    '{{index . .password | len | index .}}',
    '{{len 1}}{{.password}}',
    '{{lt .password 1}}',
    '{{unsigned .password}}',
    '{{.password | unsigned}}',
    '{{template "x" .password}}',
    '{{printf .password 1 | unsigned}}',
    '{{texts .}}',
  ])('%s', (text) => {
    const result = run(text, data);
    expect(result).toMatch(/^template: app\.conf:1:/);
    expect(result).not.toContain(secret);
  });

  test('an index that may be one is left out', () => {
    const pin = mapValue([['pin', integerValue(4711n)]]);
    expect(run('{{index "a" .pin}}', pin)).toBe(
      at(2, 'index "a" .pin', 'error calling index: index out of range'),
    );
  });

  test('a number is not shown by a range over two variables', () => {
    const pin = mapValue([['pin', integerValue(4711n)]]);
    expect(run('{{range $a, $b := .pin}}{{end}}', pin)).toBe(
      at(18, '.pin', "can't use a value of type int to iterate over more than one variable"),
    );
  });
});

describe('bounds', () => {
  test('steps', () => {
    expect(run('{{range 1000}}{{end}}', nil, { limits: { steps: 1000 } })).toBe(
      at(8, '1000', 'execution exceeds 1000 steps'),
    );
  });

  test('bytes of the result', () => {
    expect(run('abc', nil, { limits: { outputBytes: 3 } })).toBe('abc');
    expect(run('abc{{1}}', nil, { limits: { outputBytes: 3 } })).toBe(
      at(5, '{{1}}', 'output exceeds 3 bytes'),
    );
  });

  test('bytes that functions make', () => {
    expect(run('{{spend 10}}', nil, { limits: { workBytes: 9 } })).toBe(
      at(2, 'spend 10', 'error calling spend: functions make more than 9 bytes'),
    );
    expect(run('{{range 10}}{{bytes}}{{end}}', nil, { limits: { workBytes: 9 } })).toMatch(
      /error calling bytes: functions make more than 9 bytes$/,
    );
  });

  test.each([
    ['html', '{{html .}}', 16],
    ['js', '{{js .}}', 16],
    ['urlquery', '{{urlquery .}}', 16],
    ['printf', '{{printf "%q" .}}', 16],
    ['print', '{{print . .}}', 1],
    ['eq', '{{eq . .}}', 1 / 4],
    ['lt', '{{lt . .}}', 1 / 4],
  ])('bytes that %s reads', (name, text, cost) => {
    const value = stringValue('a'.repeat(10_000));
    expect(run(text, value, { limits: { workBytes: 10_000 * cost } })).toMatch(
      new RegExp(`error calling ${name}: functions make more than `),
    );
    expect(run(text, value)).not.toContain('error');
  });

  test('keys that a range sorts', () => {
    const map = mapValue(Array.from({ length: 100 }, (_, index) => [`key${index}`, nil] as const));
    const limits = { workBytes: 100_000 };
    expect(run('{{range .}}{{break}}{{end}}', map, { limits })).toBe('');
    expect(run('{{range $i, $x := $}}{{range $}}{{break}}{{end}}{{end}}', map, { limits })).toBe(
      at(29, '$', 'functions make more than 100000 bytes'),
    );
  });

  test('what one printf prints', () => {
    expect(run(`{{printf "${'%1000000d'.repeat(9)}" ${'1 '.repeat(9)}}}`)).toMatch(
      /error calling printf: value is too large to be printed$/,
    );
  });

  test('templates inside of templates', () => {
    const text = '{{define "t"}}{{template "t"}}{{end}}{{template "t"}}';
    expect(run(text)).toBe(
      'template: app.conf:1:25: executing "t" at <{{template "t"}}>: exceeded maximum template depth (500)',
    );
  });

  test('blocks count, too, so that the stack is never used up', () => {
    const inner = `${'{{range 1}}'.repeat(199)}{{template "t" ${'(print '.repeat(100)}1${')'.repeat(100)}}}`;
    const text = `{{define "t"}}${inner}${'{{end}}'.repeat(199)}{{end}}{{template "t"}}`;
    expect(run(text)).toMatch(/: exceeded maximum template depth \(500\)$/);
  });

  test('a value that holds itself', () => {
    const self = mapValue([]);
    self.entries.set('self', self);
    expect(run('{{.}}', self)).toBe(at(2, '{{.}}', 'value is nested too deeply to be printed'));
    expect(run('{{printf "%v" .}}', self)).toBe(
      at(2, 'printf "%v" .', 'error calling printf: value is nested too deeply to be printed'),
    );
  });

  test('a value that grows with each level', () => {
    let value: Value = stringValue('x');
    for (let level = 0; level < 40; level++) value = listValue([value, value]);
    expect(run('{{.}}', value)).toBe(at(2, '{{.}}', 'value is too large to be printed'));
  });

  test('a message shows the beginning of a large block', () => {
    const text = `{{template "t" .}}{{define "t"}}{{end}}${'x'.repeat(5000)}`;
    const error = run(text, nil, { limits: { outputBytes: 10 } });
    expect(error.length).toBeLessThan(1200);
    expect(error).toMatch(/x\.\.\.>: output exceeds 10 bytes$/);
  });

  test('a message shows the beginning of a long constant', () => {
    const error = run(`{{unsigned "${'x'.repeat(5000)}"}}`);
    expect(error.length).toBeLessThan(2200);
    expect(error).toMatch(/: expected unsigned integer; found "x+\.\.\.$/);
  });
});
