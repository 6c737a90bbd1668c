import { expect, test } from '@jest/globals';
import { parseDuration } from '../../../lib/duration.ts';

test.each([
  ['0', 0],
  ['+0', 0],
  ['0s', 0],
  ['30s', 30_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['1h0m0s', 3_600_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1.s', 1000],
  ['+1s', 1000],
  ['100ms', 100],
  ['1000us', 1],
  ['1000µs', 1],
  ['1000μs', 1],
  ['1000000ns', 1],
  ['1s1s', 2000],
  ['2562047h', 9_223_369_200_000],
])('%s', (text, milliseconds) => {
  expect(parseDuration(text)).toBeCloseTo(milliseconds, 6);
});

test.each([
  '',
  ' ',
  '+',
  '.',
  '1',
  '00',
  's',
  '.s',
  '1d',
  '1w',
  '-1s',
  '-0',
  '1 s',
  '1h 1m',
  '1S',
  '1s ',
  '1e3s',
  '0x1s',
  '1,5s',
  '٣s',
  '2562048h',
  '9999999999999h',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
