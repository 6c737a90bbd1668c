import { expect, test } from '@jest/globals';
import { Fields, noFindings, type Findings } from '../../../../lib/stores/fields.ts';

const read = (value: unknown, use: (fields: Fields) => unknown): { result: unknown } & Findings => {
  const findings = noFindings();
  const result = use(new Fields(value, 'spec', findings));
  return { result, ...findings };
};

test.each([
  ['a string', { a: 'x' }, 'x', []],
  ['an empty string', { a: '' }, '', ['spec.a is missing']],
  ['none', {}, '', ['spec.a is missing']],
  ['null', { a: null }, '', ['spec.a is missing']],
  ['a number', { a: 1 }, '', ['spec.a must be a string']],
])('string: %s', (_what, value, wanted, problems) => {
  expect(read(value, (fields) => fields.string('a'))).toEqual({
    result: wanted,
    problems,
    unusable: [],
    warnings: [],
  });
});

test.each([
  [{ a: 'x' }, 'x', []],
  [{ a: '' }, '', []],
  [{}, '', ['spec.a is missing']],
  [{ a: 1 }, '', ['spec.a must be a string']],
])('text: %j', (value, wanted, problems) => {
  expect(read(value, (fields) => fields.text('a'))).toEqual({
    result: wanted,
    problems,
    unusable: [],
    warnings: [],
  });
});

test.each([
  [{ a: true }, true, []],
  [{ a: false }, false, []],
  [{ a: null }, false, []],
  [{ a: 'true' }, false, ['spec.a must be true or false']],
])('boolean: %j', (value, wanted, problems) => {
  expect(read(value, (fields) => fields.boolean('a'))).toEqual({
    result: wanted,
    problems,
    unusable: [],
    warnings: [],
  });
});

test.each([
  [{ a: 5 }, 5, []],
  [{ a: 4 }, undefined, ['spec.a must be a whole number from 5 to 6']],
  [{ a: 5.5 }, undefined, ['spec.a must be a whole number from 5 to 6']],
  [{ a: '5' }, undefined, ['spec.a must be a whole number from 5 to 6']],
  [{}, undefined, []],
])('integer: %j', (value, wanted, problems) => {
  const found = read(value, (fields) => fields.integer('a', { minimum: 5, maximum: 6 }));
  expect(found).toEqual({ result: wanted, problems, unusable: [], warnings: [] });
});

test.each([
  [{ a: ['x', 'y'] }, ['x', 'y'], []],
  [{ a: ['x', 1] }, [], ['spec.a must be a list of strings']],
  [{ a: 'x' }, [], ['spec.a must be a list of strings']],
  [{}, [], []],
])('strings: %j', (value, wanted, problems) => {
  expect(read(value, (fields) => fields.strings('a'))).toEqual({
    result: wanted,
    problems,
    unusable: [],
    warnings: [],
  });
});

test.each([
  [
    { a: { z: '1', b: '' } },
    [
      ['b', ''],
      ['z', '1'],
    ],
    [],
  ],
  [{ a: { b: 'x', c: 1 } }, [['b', 'x']], ['spec.a must map names to strings']],
  [{ a: ['x'] }, [], ['spec.a must map names to strings']],
  [{ a: 'x' }, [], ['spec.a must map names to strings']],
  [{}, [], []],
])('stringMap: %j', (value, wanted, problems) => {
  expect(read(value, (fields) => fields.stringMap('a'))).toEqual({
    result: wanted,
    problems,
    unusable: [],
    warnings: [],
  });
});

test.each([undefined, null, 'x', [], 1])('an object that is %j is a problem', (value) => {
  expect(read(value, (fields) => fields.has('a')).problems).toEqual([
    value === undefined ? 'spec is missing' : 'spec must be an object',
  ]);
});

test('every field that nobody asked for is named, in order, with the one that was meant', () => {
  const { problems } = read({ zeta: 1, sever: 'x', constructor: 1, server: 'y' }, (fields) => {
    fields.string('server');
    fields.close();
  });
  expect(problems).toEqual([
    'spec.constructor is not a known field',
    'spec.sever is not a known field; did you mean server?',
    'spec.zeta is not a known field',
  ]);
});

test('names of every object are no fields of it', () => {
  expect(read({}, (fields) => [fields.has('constructor'), fields.raw('toString')]).result).toEqual([
    false,
    undefined,
  ]);
});

test('refused, postponed and ignored fields are told only where they are set', () => {
  const { problems, unusable, warnings } = read({ a: 1, b: null, c: false, d: '' }, (fields) => {
    fields.refuse('is refused', 'a', 'b', 'x');
    fields.ignore('is ignored', 'c', 'b', 'y');
    fields.postpone('is postponed', 'd', 'b', 'z');
    fields.close();
  });
  expect(problems).toEqual(['spec.a is refused']);
  expect(unusable).toEqual(['spec.d is postponed']);
  expect(warnings).toEqual(['spec.c is ignored']);
});

test('problems below name the whole path', () => {
  const { problems } = read({ list: [{ a: { b: 1 } }, 2] }, (fields) => {
    for (const item of fields.objects('list')) item.object('a').string('b');
  });
  expect(problems).toEqual([
    'spec.list[1] must be an object',
    'spec.list[0].a.b must be a string',
    'spec.list[1].a is missing',
    'spec.list[1].a.b is missing',
  ]);
});

test('an object that has to be there is one problem where it is not', () => {
  const use = (fields: Fields): unknown => fields.requiredObject('a')?.string('b');
  expect(read({}, use).problems).toEqual(['spec.a is missing']);
  expect(read({ a: null }, use).problems).toEqual(['spec.a is missing']);
  expect(read({ a: {} }, use).problems).toEqual(['spec.a.b is missing']);
});
