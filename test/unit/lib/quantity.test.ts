import { expect, test } from '@jest/globals';
import { mebibytes, parseQuantity } from '../../../lib/quantity.ts';

test.each([
  ['0', 0],
  ['1', 1],
  ['+1', 1],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['25m', 0.025],
  ['1u', 1e-6],
  ['1n', 1e-9],
  ['1k', 1000],
  ['1M', 1e6],
  ['1G', 1e9],
  ['1T', 1e12],
  ['1P', 1e15],
  ['1E', 1e18],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1e-3', 0.001],
  ['1Ki', 1024],
  ['160Mi', 160 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1Ti', 2 ** 40],
  ['1Pi', 2 ** 50],
  ['1Ei', 2 ** 60],
])('%s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each([
  '',
  ' 1',
  '1 ',
  '-1',
  'm',
  '1mm',
  '1K',
  '1KB',
  '1MB',
  '1mi',
  '1e',
  '1e1.5',
  '1e3Mi',
  '0x10',
  '1_000',
  'Infinity',
  'NaN',
  '1e999',
  'constructor',
  '1constructor',
])('%j is none', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test.each([
  [0, '0Mi'],
  [1, '1Mi'],
  [2 ** 20, '1Mi'],
  [2 ** 20 + 1, '2Mi'],
])('%d bytes are %s', (bytes, text) => {
  expect(mebibytes(bytes)).toBe(text);
});
