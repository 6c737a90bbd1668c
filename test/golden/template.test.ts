import { describe, expect, test } from '@jest/globals';
import { functionNames } from '../../lib/template/functions/table.ts';
import { builtinNames, parseTemplate } from '../../lib/template/template.ts';
import {
  differences,
  render,
  strayFiles,
  templateCases,
  type TemplateCase,
} from '../support/golden-templates.ts';

const leastCases = 500;

test(`there are at least ${leastCases} cases, each with one outcome, and nothing else`, () => {
  expect(templateCases.length).toBeGreaterThanOrEqual(leastCases);
  expect(templateCases.filter(({ expected }) => expected.length !== 1).map(({ name }) => name)).toEqual([]);
  expect(strayFiles).toEqual([]);
});

test('what differs from Go is a case that ends in an error, with a reason', () => {
  const errors = new Set(
    templateCases.filter(({ expected: [outcome] }) => outcome?.kind === 'error').map(({ name }) => name),
  );
  const wrong = [...differences].filter(([name, reason]) => !errors.has(name) || reason === '');
  expect(wrong).toEqual([]);
});

const areas = [...Map.groupBy(templateCases, ({ name }) => name.split('/').slice(0, 2).join('/'))];

describe.each(areas)('%s', (_area, cases) => {
  test.each(cases)('$name', ({ source, data, expected }) => {
    expect([render(source, data)]).toEqual(expected);
  });
});

/** Functions that take any number of anything, and so never end in an error. */
const cannotFail: ReadonlyMap<string, string> = new Map([
  ['add', 'counts what is no number as 0'],
  ['all', 'looks whether anything is empty'],
  ['any', 'looks whether anything is empty'],
  ['cat', 'prints whatever it is given'],
  ['coalesce', 'looks whether anything is empty'],
  ['dict', 'makes keys of whatever it is given'],
  ['html', 'prints whatever it is given'],
  ['js', 'prints whatever it is given'],
  ['list', 'holds whatever it is given'],
  ['print', 'prints whatever it is given'],
  ['println', 'prints whatever it is given'],
  ['quote', 'prints whatever it is given'],
  ['squote', 'prints whatever it is given'],
  ['tuple', 'holds whatever it is given'],
  ['urlquery', 'prints whatever it is given'],
]);

/** Functions that templates find nothing to use on. */
const cannotSucceed: ReadonlyMap<string, string> = new Map([
  ['call', 'no data and no function hands out a function'],
]);

const calledBy = ({ source }: TemplateCase): readonly string[] => {
  const parsed = parseTemplate('template', source, functionNames);
  return parsed.ok ? parsed.value.functionNames : [];
};

/** Functions that an error is about: it names the function, or the case stands in the function's folder. */
const failingIn = ({ name, expected: [outcome] }: TemplateCase): readonly string[] => {
  if (outcome?.kind !== 'error') return [];
  const named = /(?:error calling|wrong number of args for) (\w+):/.exec(outcome.text)?.[1];
  return [name.split('/')[1] ?? '', ...(named === undefined ? [] : [named])];
};

describe('functions', () => {
  const all = [...functionNames, ...builtinNames].sort();

  test('every one has a case that succeeds, but those that cannot', () => {
    const succeeding = templateCases.filter(({ expected: [outcome] }) => outcome?.kind === 'want');
    const shown = new Set(succeeding.flatMap(calledBy));
    expect(all.filter((name) => !shown.has(name))).toEqual([...cannotSucceed.keys()].sort());
  });

  test('every one has a case that fails, but those that cannot', () => {
    const shown = new Set(templateCases.flatMap(failingIn));
    expect(all.filter((name) => !shown.has(name))).toEqual([...cannotFail.keys()].sort());
  });
});
