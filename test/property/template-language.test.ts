import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatFloat } from '../../lib/template/format/float.ts';
import { nodeText } from '../../lib/template/parse/node-text.ts';
import { sprintf } from '../../lib/template/print.ts';
import { quote, quoteToAscii } from '../../lib/template/quote.ts';
import { runeCount, runesOf } from '../../lib/template/runes.ts';
import { execute, parseTemplate, type Template } from '../../lib/template/template.ts';
import { toByteString } from '../../lib/template/utf8.ts';
import { integerValue, mapValue, nil, stringValue, type ByteString } from '../../lib/template/value.ts';
import { templateCases } from '../support/golden-templates.ts';

const byteStrings = fc.uint8Array().map((array): ByteString => Buffer.from(array).toString('latin1'));

const parsed = (text: string): Template => {
  const result = parseTemplate('t', text, new Set());
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

const render = (text: string, data: readonly (readonly [string, ByteString])[] = []): ByteString => {
  const dot = mapValue(
    data.map(([key, value]) => [toByteString(key), stringValue(value)]),
    'string',
  );
  const result = execute(parsed(text), dot, { functions: new Map(), now: () => 0, randomBytes });
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

test('a text without actions is its own result', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('{{') && text.isWellFormed());
      expect(render(text)).toBe(toByteString(text));
    }),
  );
});

test('what goes through a template comes out byte for byte', () => {
  fc.assert(
    fc.property(byteStrings, (value) => {
      expect(render('{{.value}}', [['value', value]])).toBe(value);
      expect(render('{{range $k, $v := .}}{{$v}}{{end}}', [['value', value]])).toBe(value);
    }),
  );
});

test('a quoted string stands for the bytes that were quoted', () => {
  fc.assert(
    fc.property(byteStrings, (value) => {
      expect(render(`{{${quoteToAscii(value)}}}`)).toBe(value);
      expect(render(`{{${Buffer.from(quote(value), 'latin1').toString('utf8')}}}`)).toBe(value);
    }),
  );
});

test('integers are read as they are written, in all bases', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (number) => {
      const spellings = [
        number.toString(),
        `0x${number.toString(16)}`,
        `0o${number.toString(8)}`,
        `0b${number.toString(2)}`,
      ];
      expect(render(`{{-${number}}}`)).toBe((-number).toString());
      for (const text of spellings) expect(render(`{{${text}}}`)).toBe(number.toString());
    }),
  );
});

test('printf of an integer is the integer, at its width', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(40), (number, width) => {
      const value = integerValue(number);
      expect(sprintf(`%${width}d`, [value])).toBe(number.toString().padStart(width));
      expect(sprintf(`%-${width}d`, [value])).toBe(number.toString().padEnd(width));
      expect(BigInt(`0x${sprintf('%x', [integerValue(BigInt.asUintN(64, number))])}`)).toBe(
        BigInt.asUintN(64, number),
      );
    }),
  );
});

test('the shortest text of a float is read as the same float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      for (const verb of ['g', 'e', 'f'] as const) {
        expect(Number(formatFloat(number, verb, -1))).toBe(number);
      }
    }),
  );
});

test('a float of a given precision is as near as JavaScript has it', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.nat(12), (number, precision) => {
      const distance = Math.abs(
        Number(formatFloat(number, 'f', precision)) - Number(number.toFixed(precision)),
      );
      expect(distance).toBeLessThanOrEqual(10 ** -precision);
    }),
  );
});

test('printf prints any format with any arguments', () => {
  const formats = fc.string({
    unit: fc.constantFrom(...Array.from('%%%%+-# 0123456789.*[]vdsqxXcUeEfFgGbotTpwz é')),
  });
  const values = fc.array(
    fc.oneof(
      byteStrings.map(stringValue),
      fc.bigInt({ min: -1000n, max: 1000n }).map((number) => integerValue(number)),
      fc.double().map((value) => ({ kind: 'float', type: 'float64', value }) as const),
      fc.constant(nil),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(formats, values, (format, items) => {
      fc.pre(!/[0-9]{5}/.test(format));
      expect(typeof sprintf(toByteString(format), items)).toBe('string');
    }),
    { numRuns: 2000 },
  );
});

test('runes of a valid text are those of JavaScript', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const codes = Array.from(text, (character) => character.codePointAt(0));
      expect([...runesOf(toByteString(text))].map(({ code }) => code)).toEqual(codes);
      expect(runeCount(toByteString(text))).toBe(codes.length);
    }),
  );
});

test('runes of any bytes are those that Node finds, or as many as the bytes that are none', () => {
  fc.assert(
    fc.property(byteStrings, (text) => {
      const sizes = [...runesOf(text)].map(({ size }) => size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(text.length);
      const valid = Buffer.from(text, 'latin1').toString('utf8').replaceAll('\ufffd', '');
      const found = [...runesOf(text)].filter(({ code }) => code !== 0xfffd);
      expect(found.map(({ code }) => String.fromCodePoint(code)).join('')).toBe(valid);
    }),
  );
});

test('a template written as messages write it means the same', () => {
  const sources = templateCases
    .map(({ source }) => source)
    .filter((source) => !/\{\{-? *(?:define|block)/.test(source));
  const rootOf = (text: string): string | undefined => {
    const functions = new Set([...text.matchAll(/\w+/g)].map(([word]) => word));
    const result = parseTemplate('t', text, functions);
    const root = result.ok ? result.value.program.templates.get('t') : undefined;
    return root === undefined ? undefined : Buffer.from(nodeText(root), 'latin1').toString('utf8');
  };
  fc.assert(
    fc.property(fc.constantFrom(...sources), (source) => {
      const once = rootOf(source);
      fc.pre(once !== undefined);
      expect(rootOf(once)).toBe(once);
    }),
    { numRuns: 1000 },
  );
});
