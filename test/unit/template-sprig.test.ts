import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { sprigGroup } from '../../lib/template/functions/sprig/group.ts';
import { functions } from '../../lib/template/functions/sprig/index.ts';
import { sprig } from '../support/sprig.ts';
import {
  FunctionError,
  integerValue,
  listValue,
  mapValue,
  nil,
  stringValue,
  type MapValue,
  type Value,
} from '../../lib/template/value.ts';

const int = (value: number): Value => integerValue(BigInt(value));
const text = stringValue;
const names = functions.map(({ name }) => name);
const spent = 'more than the test allows';

/** A dictionary that holds the same dictionary twice, and so on: small to make, endless to print. */
const sharedParts = (levels: number): MapValue => {
  let dictionary = mapValue([]);
  for (let level = 0; level < levels; level++) {
    dictionary = mapValue([
      ['a', dictionary],
      ['b', dictionary],
    ]);
  }
  return dictionary;
};

const selfContaining = (): MapValue => {
  const dictionary = mapValue([]);
  dictionary.entries.set('self', dictionary);
  return dictionary;
};

const nestedLists = (levels: number): Value => {
  let list: Value = listValue([]);
  for (let level = 0; level < levels; level++) list = listValue([list]);
  return list;
};

describe('the table of names', () => {
  test('lists the functions that are there, sorted, each once', () => {
    expect([...sprigGroup.names]).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
  });

  test('says which give another result each time', () => {
    const unstable = functions.filter((entry) => entry.unstable === true).map(({ name }) => name);
    expect([...(sprigGroup.unstable ?? [])]).toEqual(unstable.sort());
  });

  test('loads them', async () => {
    await expect(sprigGroup.load()).resolves.toHaveProperty('functions', functions);
  });

  test('has nothing that reads the environment or the network', () => {
    expect(names).not.toContain('env');
    expect(names).not.toContain('expandenv');
    expect(names).not.toContain('getHostByName');
  });
});

describe('bounds are asked before anything large is made', () => {
  const big = text('x'.repeat(1000));
  const huge = int(2 ** 52);

  test.each<[name: string, ...values: Value[]]>([
    ['repeat', huge, text('ab')],
    ['indent', huge, text('a')],
    ['nindent', huge, text('a')],
    ['indent', int(1000), text('\n'.repeat(1000))],
    ['replace', text(''), big, big],
    ['replace', text('x'), big, big],
    ['join', big, listValue(Array<Value>(1000).fill(text('')))],
    ['wrapWith', int(1), big, big],
    ['splitList', text(''), text('x'.repeat(20_000))],
    ['split', text('x'), text('x'.repeat(20_000))],
    ['splitn', text('x'), int(-1), text('x'.repeat(20_000))],
    ['until', huge],
    ['until', int(-(2 ** 52))],
    ['untilStep', int(0), huge, int(1)],
    ['seq', huge],
    ['seq', int(0), int(1), huge],
    ['randAlphaNum', huge],
    ['randAlpha', huge],
    ['randNumeric', huge],
    ['randAscii', huge],
    ['randBytes', huge],
    ['toJson', sharedParts(40)],
    ['toPrettyJson', sharedParts(40)],
    ['mustToRawJson', sharedParts(40)],
    ['deepCopy', sharedParts(40)],
    ['merge', sharedParts(40), sharedParts(40)],
    ['mustMergeOverwrite', sharedParts(40), sharedParts(40)],
    ['deepEqual', sharedParts(40), sharedParts(40)],
    ['has', sharedParts(40), listValue([sharedParts(40)])],
    ['fromJson', text(`[${'1,'.repeat(50_000)}1]`)],
    ['uniq', listValue(Array.from({ length: 1000 }, (_, index) => int(index)))],
    ['chunk', int(1), listValue(Array<Value>(20_000).fill(nil))],
    ['mulf', ...Array<Value>(2000).fill(text('1.2345678901234567'))],
    ['quote', text('x'.repeat(100_000))],
    ['snakecase', text('x'.repeat(100_000))],
    ['upper', text('x'.repeat(300_000))],
  ])('%s', (name, ...values) => {
    expect(() => sprig(name, values, { bounds: 1_000_000 })).toThrow(spent);
  });

  test('printing what shares parts ends', () => {
    const value = sharedParts(40);
    expect(() => sprig('toString', [value])).toThrow(FunctionError);
    expect(() => sprig('dict', [value, nil])).toThrow(FunctionError);
    expect(() => sprig('toDecimal', [value])).toThrow(FunctionError);
  });
});

describe('values inside each other', () => {
  test.each(['toJson', 'toPrettyJson'])('%s gives nothing for what contains itself', (name) => {
    expect(sprig(name, [selfContaining()])).toEqual(text(''));
  });

  test.each(['mustToJson', 'mustToPrettyJson', 'mustToRawJson', 'toRawJson'])(
    '%s fails for what contains itself',
    (name) => {
      expect(() => sprig(name, [selfContaining()])).toThrow(
        'json: unsupported value: encountered a cycle via map[string]interface {}',
      );
    },
  );

  test.each(['deepCopy', 'toJson', 'mustToJson'])('%s follows 1000 levels and no more', (name) => {
    expect(sprig(name, [nestedLists(999)])).toBeDefined();
    expect(() => sprig(name, [nestedLists(1001)])).toThrow('a value is nested too deeply');
  });

  test('a copy or a merge of what contains itself ends', () => {
    expect(() => sprig('deepCopy', [selfContaining()])).toThrow('a value is nested too deeply');
    expect(() => sprig('merge', [selfContaining(), selfContaining()])).toThrow(
      'a value is nested too deeply',
    );
  });

  test('JSON of more than 1000 levels is not read', () => {
    expect(sprig('mustFromJson', [text('['.repeat(1000) + ']'.repeat(1000))]).kind).toBe('list');
    const deeper = text('['.repeat(100_000) + ']'.repeat(100_000));
    expect(() => sprig('mustFromJson', [deeper])).toThrow('exceeded max depth');
    expect(sprig('fromJson', [deeper])).toEqual(nil);
  });
});

describe('names that JavaScript objects have', () => {
  const empty = mapValue([]);

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is a key like others', (key) => {
    expect(sprig('hasKey', [empty, text(key)])).toHaveProperty('value', false);
    expect(sprig('get', [empty, text(key)])).toEqual(text(''));
    const read = sprig('fromJson', [text(`{"${key}": 1}`)]);
    expect(sprig('toJson', [read])).toEqual(text(`{"${key}":1}`));
    expect(sprig('pick', [read, text(key)])).toEqual(read);
  });
});

describe('lists and dictionaries', () => {
  test('functions of lists leave the list that they are given alone', () => {
    const list = listValue([text('b'), text('a')]);
    for (const name of ['append', 'prepend']) sprig(name, [list, nil]);
    for (const name of ['reverse', 'uniq', 'compact', 'rest', 'initial', 'sortAlpha']) sprig(name, [list]);
    expect(list.items).toEqual([text('b'), text('a')]);
  });

  test('keys and values come sorted by key', () => {
    const dictionary = mapValue([
      ['b', text('first')],
      ['a', text('second')],
    ]);
    expect(sprig('keys', [dictionary])).toEqual(listValue([text('a'), text('b')], 'string'));
    expect(sprig('values', [dictionary])).toEqual(listValue([text('second'), text('first')]));
  });

  test('merging a dictionary into itself changes nothing', () => {
    const dictionary = mapValue([['a', mapValue([['b', int(1)]])]]);
    expect(sprig('mergeOverwrite', [dictionary, dictionary])).toBe(dictionary);
    expect(sprig('toJson', [dictionary])).toEqual(text('{"a":{"b":1}}'));
  });
});

describe('chance', () => {
  const zeros = { randomBytes: (size: number) => Buffer.alloc(size) };

  test('comes from the bytes that it is given alone', () => {
    expect(sprig('randAlphaNum', [int(5)], zeros)).toEqual(text('00000'));
    expect(sprig('randAlpha', [int(3)], zeros)).toEqual(text('AAA'));
    expect(sprig('randAscii', [int(2)], zeros)).toEqual(text('  '));
    expect(sprig('randInt', [int(-3), int(9)], zeros)).toEqual(int(-3));
    expect(sprig('randBytes', [int(3)], zeros)).toEqual(text('AAAA'));
    expect(sprig('shuffle', [text('abc')], zeros)).toEqual(text('bca'));
    expect(sprig('uuidv4', [], zeros)).toEqual(text('00000000-0000-4000-8000-000000000000'));
  });

  test('draws again where a byte would make some characters likelier', () => {
    const draws = [Buffer.from([255, 250]), Buffer.from([249, 9])];
    const drawn = sprig('randNumeric', [int(2)], { randomBytes: () => draws.shift() ?? Buffer.alloc(0) });
    expect(drawn).toEqual(text('99'));
  });

  test('every character of an alphabet comes up', () => {
    const drawn = sprig('randAlphaNum', [int(20_000)], { randomBytes });
    const characters = drawn.kind === 'string' ? new Set(drawn.value) : new Set();
    expect(characters.size).toBe(62);
  });
});

describe('errors name no values', () => {
  test('fail does not repeat its message', () => {
    expect(() => sprig('fail', [text('hunter2')])).toThrow(
      'the template called fail (its message is not shown: it may hold a secret)',
    );
  });

  test.each([
    ['"hunter2', 'unexpected end of JSON input'],
    ['hunter2', 'invalid JSON at byte 0'],
    ['{"a": hunter2}', 'invalid JSON at byte 6'],
    ['tru3', 'invalid JSON at byte 3'],
    ['"\\q"', 'invalid JSON at byte 2'],
    ['"\\u12x4"', 'invalid JSON at byte 5'],
    ['"\u0001"', 'invalid JSON at byte 1'],
    ['[1 2]', 'invalid JSON at byte 3'],
    ['{1: 2}', 'invalid JSON at byte 1'],
    ['{"a" 1}', 'invalid JSON at byte 5'],
    ['-x', 'invalid JSON at byte 1'],
    ['1e999', 'json: cannot unmarshal a number into Go value of type float64'],
  ])('mustFromJson of %s', (json, message) => {
    expect(() => sprig('mustFromJson', [text(json)])).toThrow(new FunctionError(message));
  });
});
