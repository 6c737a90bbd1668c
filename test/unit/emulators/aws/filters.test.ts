import { describe, expect, test } from '@jest/globals';
import { SecretFields } from '../../../emulators/aws/secrets/fields.ts';
import { readFilters } from '../../../emulators/aws/secrets/filters.ts';
import { Secret } from '../../../emulators/aws/secrets/secret.ts';

const secret = new Secret({
  ...{
    account: '111122223333',
    region: 'eu-central-1',
    name: 'payments/DatabaseSecret',
    now: 0,
    generation: 0,
  },
});
secret.description = 'My basic description';
secret.tags = { Team: 'Payments', env: 'production' };

const fits = (...filters: [string, ...string[]][]): boolean | string => {
  const fields = new SecretFields({ Filters: filters.map(([Key, ...Values]) => ({ Key, Values })) });
  const filter = readFilters(fields);
  const { problem } = fields;
  if (problem?.ok === false) return `${problem.error.code}: ${problem.error.message}`;
  return filter?.(secret) === true;
};

describe('a filter', () => {
  test.each<[string, string, boolean]>([
    ['name', 'payments/', true],
    ['name', 'Payments/', false],
    ['name', 'Database', false],
    ['name', '!payments/', false],
    ['name', '!other', true],
    ['tag-key', 'Te', true],
    ['tag-key', 'te', false],
    ['tag-value', 'prod', true],
    ['tag-value', 'Prod', false],
    ['tag-value', 'duction', false],
    ['description', 'my description', true],
    ['description', 'My other', false],
    ['all', 'secret', true],
    ['all', 'PAYMENTS', true],
    ['all', 'none', false],
    ['primary-region', 'eu', false],
    ['owning-service', 'rds', false],
  ])('%s %s: %s', (key, value, expected) => {
    expect(fits([key, value])).toBe(expected);
  });

  test('has values of which one has to fit; several have to fit together', () => {
    expect(fits(['name', 'other', 'pay'])).toBe(true);
    expect(fits(['tag-key', 'env'], ['tag-value', 'Pay'])).toBe(true);
    expect(fits(['tag-key', 'env'], ['tag-value', 'dev'])).toBe(false);
  });

  test.each<[string, [string, ...string[]][], RegExp]>([
    [
      'an odd key',
      [['owner', 'x']],
      /at 'filters\.1\.member\.key' failed.*regular expression pattern: name\|/,
    ],
    ['no value', [['name']], /at 'filters\.1\.member\.values' failed.*greater than or equal to 1/],
    ['many values', [['name', ...Array.from({ length: 11 }, String)]], /less than or equal to 10/],
    ['a long value', [['name', 'x'.repeat(513)]], /values\.1\.member' failed.*less than or equal to 512/],
    ['an odd value', [['name', 'ü']], /regular expression pattern/],
    [
      'many filters',
      Array.from({ length: 11 }, () => ['name', 'x'] as [string, string]),
      /at 'filters' failed/,
    ],
  ])('with %s is refused', (_what, filters, expected) => {
    expect(fits(...filters)).toMatch(/^ValidationException: 1 validation error detected/);
    expect(fits(...filters)).toMatch(expected);
  });
});
