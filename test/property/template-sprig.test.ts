import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { decodeBase32, encodeBase32 } from '../../lib/template/functions/sprig/base32.ts';
import { decodeBase64 } from '../../lib/template/functions/sprig/base64.ts';
import { functions } from '../../lib/template/functions/sprig/index.ts';
import {
  booleanValue,
  floatValue,
  FunctionError,
  integerValue,
  listValue,
  mapValue,
  nil,
  stringValue,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../lib/template/value.ts';
import { fromByteString, toByteString } from '../../lib/template/utf8.ts';
import { sprig } from '../support/sprig.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString('latin1'));
const text = fc.oneof(bytes, fc.string({ unit: 'grapheme', maxLength: 40 }).map(toByteString));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text.map((value) => stringValue(value)),
    int64.map((value) => integerValue(value)),
    int64.map((value) => integerValue(value, 'int64')),
    fc.double().map((value) => floatValue(value)),
    fc.boolean().map((value) => booleanValue(value)),
    fc.constant<Value>(nil),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => listValue(items)),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((entries) => mapValue(entries)),
  ),
}));

const dictionary = fc
  .array(fc.tuple(text, anyValue), { maxLength: 5 })
  .map((entries): Value => mapValue(entries));

const argumentOf = (type: TypeName): fc.Arbitrary<Value> => {
  switch (type) {
    case 'string':
      return text.map((value) => stringValue(value));
    case 'int':
      return fc.oneof(int64, fc.bigInt({ min: -20n, max: 200n })).map((value) => integerValue(value));
    case 'bool':
      return fc.boolean().map((value) => booleanValue(value));
    case 'float64':
      return fc.double().map((value) => floatValue(value));
    case 'map[string]interface {}':
      return fc.oneof(dictionary, fc.constant<Value>(nil));
    default:
      return anyValue;
  }
};

const argumentsOf = ({ parameters }: TemplateFunction): fc.Arbitrary<readonly Value[]> =>
  fc
    .tuple(
      ...parameters.map((type) =>
        type.startsWith('...')
          ? fc.array(argumentOf(type.slice(3)), { maxLength: 4 })
          : argumentOf(type).map((value) => [value]),
      ),
    )
    .map((groups) => groups.flat());

const stringOf = (value: Value): string => {
  if (value.kind !== 'string') throw new Error(`a ${value.kind} where a string was expected`);
  return value.value;
};

const isByteString = (value: string): boolean => /^[\0-\xff]*$/.test(value);

describe.each(functions.map((entry) => [entry.name, entry] as const))('%s', (name, entry) => {
  test('gives a value or a FunctionError, whatever it is called with', () => {
    fc.assert(
      fc.property(argumentsOf(entry), (values) => {
        try {
          const result = sprig(name, values, { randomBytes });
          expect(result.kind !== 'string' || isByteString(result.value)).toBe(true);
        } catch (error) {
          if (!(error instanceof FunctionError))
            expect(error).toHaveProperty('message', 'more than the test allows');
        }
      }),
      { numRuns: 40 },
    );
  });

  test('an error shows no string that it is called with', () => {
    const canary = 'Kn0t-4-l0g';
    fc.assert(
      fc.property(argumentsOf(entry), (values) => {
        const secret = stringValue(`{"${canary}`);
        const hidden = values.map((value) =>
          value.kind === 'string' || value.kind === 'nil' ? secret : value,
        );
        try {
          sprig(name, hidden, { randomBytes });
        } catch (error) {
          expect(String(error)).not.toContain(canary);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('there and back', () => {
  test('base64', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const encoded = stringOf(sprig('b64enc', [stringValue(value)]));
        expect(decodeBase64(encoded)).toEqual({ ok: true, value });
      }),
    );
  });

  test('base32', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodeBase32(encodeBase32(value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('hexadecimal', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const digits = Buffer.from(value, 'latin1').toString('hex');
        expect(sprig('hexdec', [stringValue(digits)])).toEqual(stringValue(value));
      }),
    );
  });

  test('splitList and join', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('', ',', 'ab', '\xc3'), (value, separator) => {
        const parts = sprig('splitList', [stringValue(separator), stringValue(value)]);
        expect(sprig('join', [stringValue(separator), parts])).toEqual(stringValue(value));
      }),
    );
  });
});

describe('JSON, next to that of JavaScript', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = sprig('mustFromJson', [stringValue(toByteString(JSON.stringify(value)))]);
        const written = stringOf(sprig('mustToRawJson', [read]));
        expect(JSON.parse(fromByteString(written))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('accepts the same texts', () => {
    const alphabet = fc.constantFrom(...Array.from('{}[]",:0123456789.eE+-\\u truefalsn\n\u0001é'));
    /** JavaScript reads a number that is too large as infinity. */
    const finite = (_key: string, value: unknown): unknown => {
      if (value === Infinity || value === -Infinity) throw new RangeError();
      return value;
    };
    const accepts = (read: () => unknown): boolean => {
      try {
        read();
        return true;
      } catch {
        return false;
      }
    };
    const almost = fc.tuple(fc.json(), fc.nat(), alphabet).map(([json, at, character]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + character + json.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: alphabet, maxLength: 12 }), almost), (json) => {
        const mine = accepts(() => sprig('mustFromJson', [stringValue(toByteString(json))]));
        expect(mine).toBe(accepts(() => JSON.parse(json, finite) as unknown));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('whole numbers', () => {
  test('wrap around as int64', () => {
    fc.assert(
      fc.property(int64, int64, (one, other) => {
        const values = [integerValue(one), integerValue(other, 'int64')];
        expect(sprig('add', values)).toEqual(integerValue(BigInt.asIntN(64, one + other), 'int64'));
        expect(sprig('sub', values)).toEqual(integerValue(BigInt.asIntN(64, one - other), 'int64'));
        expect(sprig('mul', values)).toEqual(integerValue(BigInt.asIntN(64, one * other), 'int64'));
      }),
    );
  });

  test('int reads what toString prints', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const printed = sprig('toString', [integerValue(value)]);
        expect(sprig('int', [printed])).toEqual(integerValue(value));
        expect(sprig('atoi', [printed])).toEqual(integerValue(value));
      }),
    );
  });
});
