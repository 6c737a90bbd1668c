import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { propertyPath, selectProperty } from '../../lib/property.ts';

const escaped = (name: string): string => name.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
const name = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom('.', '\\', 'a.b', '\\.', 'constructor', '__proto__', '0'),
);

describe('properties', () => {
  test('a path of escaped names leads through objects of these names', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.string(), (names, value) => {
        const path = names.map(escaped).join('.');
        expect(propertyPath(path)).toEqual(names);
        const document = names.reduceRight<unknown>(
          (inner, field) => JSON.parse(`{${JSON.stringify(field)}:${JSON.stringify(inner)}}`),
          value,
        );
        const selected = selectProperty(Buffer.from(JSON.stringify(document)), path);
        // An escaped name of one part may be a field as it is written: then that field is meant.
        expect(selected).toEqual({ ok: true, value: Buffer.from(value) });
      }),
    );
  });

  test('a field of exactly that name comes before a path', () => {
    fc.assert(
      fc.property(name, fc.string(), (field, value) => {
        const document = Buffer.from(
          `{"a":{"b":"nested"},${JSON.stringify(field)}:${JSON.stringify(value)}}`,
        );
        expect(selectProperty(document, field)).toEqual({ ok: true, value: Buffer.from(value) });
      }),
    );
  });

  test('any bytes and any property give an answer, whose error never quotes the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.string(), (bytes, property) => {
        const selected = selectProperty(Buffer.concat([Buffer.from('s3cr3t'), bytes]), property);
        expect(selected.ok ? '' : selected.error.message.replace(JSON.stringify(property), '')).not.toContain(
          's3cr3t',
        );
      }),
    );
  });

  test('JSON comes out as JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const selected = selectProperty(Buffer.from(JSON.stringify({ x: value })), 'x');
        const text = selected.ok ? selected.value.toString() : undefined;
        if (typeof value === 'string' || value === null) expect(text).toBe(value ?? '');
        else expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
