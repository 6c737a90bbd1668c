import { describe, expect, test } from '@jest/globals';
import { toByteString } from '../../../lib/template/utf8.ts';
import {
  booleanValue,
  floatValue,
  listValue,
  mapValue,
  stringValue,
  type Value,
} from '../../../lib/template/value.ts';
import { at, run } from '../../support/run-template.ts';

describe('objects', () => {
  test('print by their text', () => {
    expect(run('{{version}} {{version | printf "%s %q %x"}}')).toBe('1.2.3 1.2.3 %!q(MISSING) %!x(MISSING)');
  });

  test('print their fields where the verb is not for texts', () => {
    expect(run('{{printf "%d %#v" version version}}')).toBe('&{1} &semver.Version{Major:1}');
  });

  test('have fields and methods, the methods with arguments', () => {
    expect(run('{{version.Major}} {{version.String}} {{(version).Add 1 2 3}} {{3 | version.Add 1}}')).toBe(
      '1 1.2.3 3 2',
    );
  });

  test('have nothing else', () => {
    expect(run('{{version.constructor}}')).toBe(
      at(2, 'version', "can't evaluate field constructor in type *semver.Version"),
    );
  });

  test('check what is given to a method', () => {
    expect(run('{{(version).Add}}')).toBe(
      at(3, 'version', 'wrong number of args for Add: want at least 1 got 0'),
    );
    expect(run('{{(version).Add "a"}}')).toBe(at(16, '"a"', 'expected integer; found "a"'));
  });

  test('take no arguments for a field', () => {
    expect(run('{{(version).Major 1}}')).toBe(
      at(3, 'version', 'Major has arguments but cannot be invoked as function'),
    );
  });

  test('say which method failed', () => {
    expect(run('{{(version).Fail}}')).toBe(at(11, '(version).Fail', 'error calling Fail: no'));
  });

  test('stand for what they point at', () => {
    expect(run('{{byPointer version}}')).toBe('1.2.3');
  });

  test('have no length and no elements', () => {
    expect(run('{{len version}}')).toBe(
      at(2, 'len version', 'error calling len: len of type semver.Version'),
    );
    expect(run('{{index version 0}}')).toBe(
      at(2, 'index version 0', "error calling index: can't index item of type semver.Version"),
    );
  });

  test('are equal to themselves alone where they are pointers', () => {
    expect(run('{{eq version version}}')).toBe('true');
  });
});

describe('bytes', () => {
  test('print as numbers, range as numbers, and have a length', () => {
    expect(run('{{bytes}} {{printf "%s|%x|%#v" bytes bytes bytes}} {{len bytes}} {{index bytes 0}}')).toBe(
      '[97 98 255] ab\ufffd|6162ff|[]byte{0x61, 0x62, 0xff} 3 97',
    );
    expect(run('{{range $i, $b := bytes}}{{$i}}={{$b}} {{end}}')).toBe('0=97 1=98 2=255 ');
  });
});

describe('functions as values', () => {
  test('are called with call, their integers made to fit', () => {
    expect(run('{{call callback 4}} {{callback | call}}')).toMatch(/^template: .*got 0 want 1$/);
    expect(run('{{call callback 4}}')).toBe('8');
    expect(run('{{call callback 257}}')).toBe('2');
  });

  test('check their arguments', () => {
    expect(run('{{call callback "a"}}')).toBe(
      at(2, 'call callback "a"', 'error calling call: arg 0: value has type string; should be int8'),
    );
    expect(run('{{call callback nil}}')).toBe(
      at(2, 'call callback nil', 'error calling call: arg 0: value is nil; should be of type int8'),
    );
  });

  test('cannot be printed', () => {
    expect(run('{{callback}}')).toBe(at(2, '{{callback}}', "can't print {{callback}} of type func(int8)"));
  });
});

describe('parameters', () => {
  test('take constants of their types', () => {
    expect(run("{{floats 1 0.1}} {{floats 'a' 1e9}}")).toBe('[1 0.1] [97 1e+09]');
    expect(run('{{unsigned 200}} {{texts nil}}')).toBe('200 list');
  });

  test('refuse constants of other types', () => {
    expect(run('{{unsigned -1}}')).toBe(at(11, '-1', 'expected unsigned integer; found -1'));
    expect(run('{{floats "a" 1}}')).toBe(at(9, '"a"', 'expected float; found "a"'));
    expect(run('{{time 1}}')).toBe(at(7, '1', "can't handle 1 for arg of type time.Time"));
    expect(run('{{unsigned nil}}')).toBe(at(11, 'nil', 'cannot assign nil to uint8'));
  });
});

describe('the context of functions', () => {
  test('has the clock and randomness', () => {
    expect(run('{{now}} {{len (random 4)}}')).toBe('42 4');
  });

  test('lets mistakes of ours through', () => {
    expect(() => run('{{broken}}')).toThrow('a mistake of ours');
  });
});

describe('data', () => {
  const data = mapValue(
    [
      ['constructor', stringValue('mine')],
      [toByteString('größe'), stringValue('XL')],
    ],
    'string',
  );

  test('has its own names alone', () => {
    expect(run('{{.constructor}}{{.größe}}', data)).toBe('mineXL');
    expect(run('{{.toString}}', data)).toBe(at(2, '.toString', 'map has no entry for key "toString"'));
    expect(run('{{.__proto__}}', data)).toBe(at(2, '.__proto__', 'map has no entry for key "__proto__"'));
  });

  test.each<[string, Value]>([
    ['a boolean', booleanValue(true)],
    ['a float', floatValue(1.5)],
    ['a list', listValue([])],
  ])('may be %s', (_name, dot) => {
    expect(run('{{.x}}', dot)).toMatch(/: can't evaluate field x in type /);
  });
});
