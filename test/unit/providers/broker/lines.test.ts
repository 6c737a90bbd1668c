import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Lines } from '../../../../providers/broker/lines.ts';

/** Cuts a buffer at the places. */
const cutAt = (whole: Buffer, places: readonly number[]): readonly Buffer[] => {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, at) => whole.subarray(from, ends[at] ?? whole.length));
};

const bytesWithoutNewline = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a)));

describe('lines of a stream', () => {
  test('are the same wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(bytesWithoutNewline, { maxLength: 8 }), fc.array(fc.nat()), (lines, places) => {
        const whole = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
        const reader = new Lines(40);
        const found = cutAt(whole, places).flatMap(
          (chunk) => reader.push(chunk) ?? [Buffer.from('too long')],
        );
        expect(found).toEqual(lines);
      }),
    );
  });

  test('are refused as soon as one is longer than allowed, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat()),
        fc.boolean(),
        (longest, places, ended) => {
          const reader = new Lines(longest);
          const whole = Buffer.from(`${'x'.repeat(longest)}\n${'x'.repeat(longest + 1)}${ended ? '\n' : ''}`);
          const answers = cutAt(whole, places).map((chunk) => reader.push(chunk));
          expect(answers).toContain(undefined);
        },
      ),
    );
  });

  test('may be exactly as long as allowed', () => {
    expect(new Lines(3).push(Buffer.from('abc\n'))).toEqual([Buffer.from('abc')]);
    expect(new Lines(3).push(Buffer.from('abcd'))).toBeUndefined();
  });
});
