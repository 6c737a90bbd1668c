import { expect, test } from '@jest/globals';
import { isJsonObject, jsonValueText, parseJsonKeepingNumbers } from '../../../lib/json.ts';

test('numbers keep their text through parsing and printing, however deep', () => {
  const text = '{"a":[1.0,{"b":12345678901234567890}],"c":-0.10e5}';
  expect(JSON.stringify(parseJsonKeepingNumbers(text))).toBe(text);
});

test('a number is no object, though it is kept as one', () => {
  expect(isJsonObject(parseJsonKeepingNumbers('1'))).toBe(false);
  expect(isJsonObject(parseJsonKeepingNumbers('[]'))).toBe(false);
  expect(isJsonObject(parseJsonKeepingNumbers('null'))).toBe(false);
  expect(isJsonObject(parseJsonKeepingNumbers('{}'))).toBe(true);
});

test.each([
  ['"a\\nb"', 'a\nb'],
  ['null', ''],
  ['true', 'true'],
  ['1.50', '1.50'],
  ['{"a": [1, 2]}', '{"a":[1,2]}'],
])('%s becomes a file as %j', (json, text) => {
  expect(jsonValueText(parseJsonKeepingNumbers(json))).toBe(text);
});

test('what is not JSON throws', () => {
  expect(() => parseJsonKeepingNumbers('{')).toThrow(SyntaxError);
});
