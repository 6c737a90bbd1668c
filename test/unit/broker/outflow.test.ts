import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Outflow } from '../../../broker/outflow.ts';

const limits = { total: 100, ofOne: 60 };

describe('what is on its way to callers', () => {
  test('is bounded in all and for each key', () => {
    const outflow = new Outflow(limits);
    expect([
      outflow.take('a', 60),
      outflow.take('a', 1),
      outflow.take('b', 40),
      outflow.take('c', 1),
    ]).toEqual([true, false, true, false]);
    outflow.give('a', 60);
    expect([outflow.take('a', 60), outflow.bytes]).toEqual([true, 100]);
  });

  test('may be larger than the bounds where nothing else is', () => {
    const outflow = new Outflow(limits);
    expect([outflow.take('a', 1_000), outflow.take('b', 1)]).toEqual([true, false]);
    outflow.give('a', 1_000);
    expect([outflow.take('a', 1), outflow.take('b', 1_000), outflow.take('b', 59)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('whoever found no room is called in the order in which they came, until there is none', () => {
    const outflow = new Outflow(limits);
    outflow.take('x', 100);
    const called: string[] = [];
    const waiting = (key: string, bytes: number): (() => boolean) => {
      const resume = (): boolean => {
        called.push(key);
        return outflow.take(key, bytes);
      };
      outflow.wait(resume);
      return resume;
    };
    waiting('a', 50);
    const gone = waiting('b', 50);
    waiting('c', 50);
    waiting('d', 50);
    outflow.forget(gone);
    outflow.give('x', 100);
    expect([called, outflow.bytes]).toEqual([['a', 'c', 'd'], 100]);
    outflow.give('a', 50);
    expect(called).toEqual(['a', 'c', 'd', 'd']);
  });

  test('one who finds no room for its key alone holds up nobody', () => {
    const outflow = new Outflow(limits);
    outflow.take('a', 50);
    outflow.take('x', 50);
    const called: string[] = [];
    for (const [key, bytes] of [
      ['a', 30],
      ['b', 20],
    ] as const)
      outflow.wait(() => {
        called.push(key);
        return outflow.take(key, bytes);
      });
    outflow.give('x', 50);
    expect([called, outflow.bytes]).toEqual([['a', 'b'], 70]);
  });

  test('comes to nothing when all has been given back', () => {
    const takes = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), bytes: fc.integer({ min: 1, max: 90 }) }),
    );
    fc.assert(
      fc.property(takes, (wanted) => {
        const outflow = new Outflow(limits);
        const taken = wanted.filter(({ key, bytes }) => {
          const had = outflow.take(key, bytes);
          expect(outflow.bytes).toBeLessThanOrEqual(limits.total);
          return had;
        });
        for (const { key, bytes } of taken) outflow.give(key, bytes);
        expect(outflow.bytes).toBe(0);
        expect(outflow.take('a', 1_000)).toBe(true);
      }),
    );
  });
});
