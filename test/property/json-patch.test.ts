import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import fastJsonPatch from 'fast-json-patch';
import { createPatch } from '../../lib/json-patch.ts';

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('a', 'b', 'name', '~', '/', '~1', 'a/b', '', '0', '-'),
);
/** Not `__proto__`, which the other implementation refuses, nor lone minus signs for numbers, which JSON does not have. */
const keys = key.filter((name) => name !== '__proto__');
const plain = fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.boolean(), fc.constant(null));

const json = fc.letrec<{ value: unknown; named: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    plain,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.uniqueArray(tie('named'), { maxLength: 4, selector: (item) => (item as { name: string }).name }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
  named: fc.record(
    { name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), x: tie('value') },
    { requiredKeys: ['name'], noNullPrototype: true },
  ),
})).value;

/** Another implementation, which checks that each operation makes sense. */
const patched = (before: unknown, patch: readonly unknown[]): unknown =>
  fastJsonPatch.applyPatch(structuredClone(before), structuredClone(patch) as fastJsonPatch.Operation[], true)
    .newDocument;

/** A pod's lists change by items that come, go and move: lists of the same names in another order are the interesting ones. */
const lists = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 6 })
  .chain((names) =>
    fc.tuple(
      fc.shuffledSubarray(names),
      fc.shuffledSubarray(names),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }),
    ),
  )
  .map(([one, two, numbers]): readonly [unknown, unknown] => [
    one.map((name, index) => ({ name, x: numbers[index] })),
    two.map((name, index) => ({ name, x: numbers[index + 6] })),
  ]);

describe('createPatch', () => {
  test('makes one document into another', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(patched(before, createPatch(before, after))).toEqual(after);
      }),
      { numRuns: 1000 },
    );
  });

  test('makes one list into another, and never repeats an item that only moved', () => {
    fc.assert(
      fc.property(lists, ([before, after]) => {
        const patch = createPatch(before, after);
        expect(patched(before, patch)).toEqual(after);
        const names = new Set((before as { name: string }[]).map(({ name }) => name));
        const added = patch.flatMap((operation) => (operation.op === 'add' ? [operation.value] : []));
        expect(added.filter((value) => names.has((value as { name?: string }).name ?? ''))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test('is empty for equal documents, whatever the order of their keys, and the same bytes each time', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, item]) => [name, reversed(item)] as const)
          .reverse(),
      );
    };
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(createPatch(before, reversed(before))).toEqual([]);
        expect(JSON.stringify(createPatch(reversed(before), after))).toBe(
          JSON.stringify(createPatch(before, after)),
        );
      }),
    );
  });

  test('changes neither document', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const copies = structuredClone([before, after]);
        createPatch(before, after);
        expect([before, after]).toEqual(copies);
      }),
    );
  });
});
