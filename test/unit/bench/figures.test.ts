import { expect, test } from '@jest/globals';
import { figureLine, figures, keepsBudget, parts, type Measurement } from '../../bench/core/figures.ts';
import { table } from '../../bench/core/table.ts';

test('every figure has a name of its own and belongs to a part that is measured', () => {
  expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
  expect(new Set(figures.map(({ part }) => part))).toEqual(new Set(parts));
});

test('a figure without a budget keeps it, one that was not measured does not', () => {
  expect(keepsBudget({ ...figures[0], budget: 0.7 }, null)).toBe(false);
  const { budget, ...free } = figures[0];
  expect([budget, keepsBudget(free, 0)]).toEqual([0.7, true]);
});

test.each<readonly [Measurement, string]>([
  [
    { name: 'admission-throughput', value: 0.712345, note: 'n' },
    '{"name":"admission-throughput","value":0.7123,"unit":"ratio","budget":0.7,"ok":true,"note":"n"}',
  ],
  [
    { name: 'agent-peak-memory', value: 161 },
    '{"name":"agent-peak-memory","value":161,"unit":"MiB","budget":160,"ok":false}',
  ],
  [
    { name: 'admission-throughput-new', value: 0.25 },
    '{"name":"admission-throughput-new","value":0.25,"unit":"ratio","budget":null,"ok":true}',
  ],
  [
    { name: 'agent-cpu-aws', value: null, reason: 'no /proc' },
    '{"name":"agent-cpu-aws","value":null,"unit":"mCPU","budget":1,"ok":false,"reason":"no /proc"}',
  ],
])('the line of %j', (measurement, line) => {
  expect(figureLine(measurement)).toBe(line);
});

test('the table says what was measured, what was not, and what a reader has to know', () => {
  const text = table(
    [
      { name: 'agent-start-vault', value: 9, note: '300 ms against 33 ms' },
      { name: 'admission-p99', value: null, reason: 'the load generator ended' },
    ],
    new Map([['agent-start-vault', 4.2]]),
  );
  expect(text).toBe(`    figure             measured      budget     baseline  what
NO  agent-start-vault  9.00 ratio    ≤ 8 ratio  4.2       agent, start to files from Vault, against node -e 0
NO  admission-p99      not measured  ≤ 3 ratio  –         p99 at half of that load, against the bare handler's
  agent-start-vault: 300 ms against 33 ms
  admission-p99: not measured, the load generator ended`);
});
