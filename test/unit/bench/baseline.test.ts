import { describe, expect, test } from '@jest/globals';
import {
  betterOf,
  faultsOf,
  missingFrom,
  parseBaseline,
  regressionOf,
  writeBaseline,
} from '../../bench/core/baseline.ts';
import type { FigureName, Measurement } from '../../bench/core/figures.ts';

const of = (name: FigureName, value: number): Measurement => ({ name, value });
const broken: Measurement = { name: 'admission-p99', value: null, reason: 'no core' };

test.each([
  ['higher', 0.4, 0.5, 0.2],
  ['higher', 0.6, 0.5, -0.2],
  ['lower', 6, 5, 0.2],
  ['lower', 4, 5, -0.2],
] as const)('where %s is better, %d after %d is worse by %d', (better, value, before, expected) => {
  expect(regressionOf({ better }, value, before)).toBeCloseTo(expected, 12);
});

describe('a figure', () => {
  test.each<readonly [string, Measurement, readonly (readonly [string, number])[], readonly string[]]>([
    ['keeps its budget', of('admission-throughput', 0.7), [], []],
    ['misses it', of('admission-throughput', 0.699), [], ['is 0.699 ratio; its budget is 0.7']],
    ['keeps an upper budget', of('agent-start-vault', 8), [], []],
    ['misses that', of('agent-start-vault', 8.01), [], ['is 8.01 ratio; its budget is 8']],
    ['is 20 % worse', of('agent-start-vault', 4.8), [['agent-start-vault', 4]], []],
    [
      'is more than 20 % worse',
      of('agent-start-vault', 5),
      [['agent-start-vault', 4]],
      ['is 5.00 ratio, 25 % worse than the baseline of 4'],
    ],
    [
      'is both',
      of('admission-throughput', 0.5),
      [['admission-throughput', 0.8]],
      ['is 0.500 ratio; its budget is 0.7', 'is 0.500 ratio, 38 % worse than the baseline of 0.8'],
    ],
    ['is better', of('admission-throughput', 0.9), [['admission-throughput', 0.7]], []],
    ['has no budget', of('admission-throughput-new', 0.01), [], []],
    [
      'misses a budget that the baseline missed',
      of('admission-throughput', 0.6),
      [['admission-throughput', 0.62]],
      [],
    ],
    ['is not compared', of('agent-cpu-aws', 0.9), [['agent-cpu-aws', 0.1]], []],
    [
      'is not compared and misses its budget',
      of('agent-cpu-aws', 1.1),
      [],
      ['is 1.10 mCPU; its budget is 1'],
    ],
    ['is only told', of('admission-p99', 9), [], []],
    ['was not measured', broken, [], ['could not be measured: no core']],
  ])('that %s', (_what, measurement, baseline, expected) => {
    expect(faultsOf(measurement, new Map(baseline))).toEqual(expected);
  });
});

test('of two measurements the better one counts, in the direction of its figure', () => {
  const slow = of('admission-throughput', 0.6);
  const fast = of('admission-throughput', 0.8);
  expect([betterOf(slow, fast), betterOf(fast, slow)]).toEqual([fast, fast]);
  const small = of('agent-start-aws', 4);
  const large = of('agent-start-aws', 5);
  expect([betterOf(small, large), betterOf(large, small)]).toEqual([small, small]);
  const measured = of('admission-p99', 9);
  expect([betterOf(broken, measured), betterOf(measured, broken)]).toEqual([measured, measured]);
});

describe('the file of a baseline', () => {
  test('has what is compared, sorted, in three digits; what was not measured stays', () => {
    const measurements = [
      of('agent-start-vault', 4.12345),
      of('admission-p99', 2),
      of('agent-cpu-vault', 0.1),
      of('admission-throughput', 0.71239),
      { name: 'agent-start-aws', value: null, reason: 'x' } as const,
    ];
    const text = writeBaseline(measurements, new Map([['agent-start-aws', 5.5]]));
    expect(text).toBe(
      '{\n  "admission-throughput": 0.712,\n  "agent-start-aws": 5.5,\n  "agent-start-vault": 4.12\n}\n',
    );
    expect([...parseBaseline(text)]).toEqual([
      ['admission-throughput', 0.712],
      ['agent-start-aws', 5.5],
      ['agent-start-vault', 4.12],
    ]);
  });

  test.each(['{"a":"1"}', '{"a":0}', '{"a":-1}', '{"a":null}'])('%s is refused', (text) => {
    expect(() => parseBaseline(text)).toThrow(new TypeError("the baseline's a is no value"));
  });

  test('lacks compared figures only', () => {
    const names = ['admission-throughput', 'admission-p99', 'agent-start-aws'] as const;
    expect(missingFrom(new Map([['agent-start-aws', 5]]), names)).toEqual(['admission-throughput']);
  });
});
