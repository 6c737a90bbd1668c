import { describe, expect, test } from '@jest/globals';
import { propertyPath, selectProperty, topLevelFields } from '../../../lib/property.ts';

const document = Buffer.from(
  JSON.stringify({
    password: 'p',
    'a.b': 'exact',
    a: { b: 'nested', 'c.d': 'dotted' },
    'x.y': null,
    x: { y: 'nested' },
    hosts: ['one', { name: 'two' }],
    empty: '',
    nothing: null,
    yes: true,
    constructor: 'own',
    database: { primary: { password: 'deep' } },
  }),
);

describe('selectProperty', () => {
  test.each([
    ['password', 'p'],
    ['a.b', 'exact'],
    ['a', '{"b":"nested","c.d":"dotted"}'],
    [String.raw`a.c\.d`, 'dotted'],
    ['x.y', ''],
    ['hosts.0', 'one'],
    ['hosts.1.name', 'two'],
    ['hosts', '["one",{"name":"two"}]'],
    ['empty', ''],
    ['nothing', ''],
    ['yes', 'true'],
    ['constructor', 'own'],
    ['database.primary.password', 'deep'],
  ])('%s', (property, value) => {
    expect(selectProperty(document, property)).toEqual({ ok: true, value: Buffer.from(value) });
  });

  test.each([
    'nope',
    'toString',
    '__proto__',
    'a.constructor',
    'hosts.2',
    'hosts.01',
    'hosts.-1',
    'hosts.length',
    'password.0',
    'password.length',
    'nothing.x',
    '',
    'a.',
  ])('%j is not there', (property) => {
    expect(selectProperty(document, property)).toEqual({
      ok: false,
      error: { code: 'not_found', message: `the secret has no property ${JSON.stringify(property)}` },
    });
  });

  test('without a property the bytes are what they are, JSON or not', () => {
    const bytes = Buffer.from([0, 255, 1]);
    expect(selectProperty(bytes, undefined)).toEqual({ ok: true, value: bytes });
  });

  test.each(['12345678901234567890', '1.10', '1e400', '-0'])(
    'the number %s comes out as it went in',
    (number) => {
      const bytes = Buffer.from(`{"n":${number},"o":{"n":${number}}}`);
      expect(selectProperty(bytes, 'n')).toEqual({ ok: true, value: Buffer.from(number) });
      expect(selectProperty(bytes, 'o')).toEqual({ ok: true, value: Buffer.from(`{"n":${number}}`) });
    },
  );

  test('what is not JSON has no properties, and the error does not quote it', () => {
    const selected = selectProperty(Buffer.from('hunter2 {'), 'a');
    expect(selected).toEqual({
      ok: false,
      error: { code: 'invalid', message: 'the secret is not JSON, so it has no properties' },
    });
  });
});

describe('arrays of PEM blocks', () => {
  const block = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
  const select = (chain: unknown, property = 'ca_chain'): string => {
    const selected = selectProperty(Buffer.from(JSON.stringify({ ca_chain: chain })), property);
    return selected.ok ? selected.value.toString() : selected.error.message;
  };

  test('are the blocks, joined by newlines', () => {
    expect(select([block('one'), block('two')])).toBe(`${block('one')}\n${block('two')}`);
    expect(select([`${block('one')}\n`, `${block('two')}\r\n`])).toBe(`${block('one')}\n${block('two')}`);
    expect(select([block('one')])).toBe(block('one'));
    expect(select([block('one\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\ntwo')])).toBe(
      `${block('one')}\n${block('two')}`,
    );
  });

  test('are still arrays for a path', () => {
    expect(select([block('one'), block('two')], 'ca_chain.1')).toBe(block('two'));
  });

  test.each([
    ['nothing', []],
    ['one that is none', [block('one'), 'two']],
    ['a number', [block('one'), 2]],
    ['a text before it', [`x${block('one')}`]],
    ['a text behind it', [`${block('one')}x`]],
    ['half of one', ['-----BEGIN CERTIFICATE-----\none']],
  ])('with %s stay JSON', (_what, chain) => {
    expect(select(chain)).toBe(JSON.stringify(chain));
  });

  test('are files of an extract too', () => {
    const fields = topLevelFields(Buffer.from(JSON.stringify({ ca_chain: [block('one'), block('two')] })));
    expect(fields.ok && fields.value.map(([, value]) => value.toString())).toEqual([
      `${block('one')}\n${block('two')}`,
    ]);
  });
});

describe('propertyPath', () => {
  test.each([
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    [String.raw`a\.b`, ['a.b']],
    [String.raw`a\\.b`, ['a\\', 'b']],
    [String.raw`a\b`, [String.raw`a\b`]],
    ['.', ['', '']],
    ['a\\', ['a\\']],
  ])('%s', (property, names) => {
    expect(propertyPath(property)).toEqual(names);
  });
});

describe('topLevelFields', () => {
  test('are sorted, and own fields only', () => {
    const fields = topLevelFields(Buffer.from('{"b":1.0,"a":"x","__proto__":null,"c":[1]}'));
    expect(fields.ok && fields.value.map(([name, value]) => [name, value.toString()])).toEqual([
      ['__proto__', ''],
      ['a', 'x'],
      ['b', '1.0'],
      ['c', '[1]'],
    ]);
  });

  test.each(['[]', '1', '"a"', 'null', 'true'])('%s has none', (text) => {
    const fields = topLevelFields(Buffer.from(text));
    expect(fields).toMatchObject({ ok: false, error: { code: 'invalid' } });
  });

  test('what is not JSON has none', () => {
    expect(topLevelFields(Buffer.from('{'))).toMatchObject({ ok: false, error: { code: 'invalid' } });
  });
});
