import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from '../../../../broker/upstream/core/fair-queue.ts';
import { MinHeap } from '../../../../broker/upstream/core/min-heap.ts';
import { Shortest } from '../../../../broker/upstream/core/shortest.ts';
import { failureLife, intervalOf, nextTry, pauseAfter } from '../../../../broker/upstream/core/timing.ts';
import { available, fullBucket, paused, spend, waitFor } from '../../../../broker/core/token-bucket.ts';
import { providerError } from '../../../../lib/provider-error.ts';

describe('a heap', () => {
  test('gives values in order, equal ones as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8)), (numbers) => {
        const heap = new MinHeap<number>();
        numbers.forEach((at, place) => {
          heap.add(at, place);
        });
        const taken = numbers.map(() => heap.take()?.value);
        const sorted = [...numbers.keys()].sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b);
        expect(taken).toEqual(sorted);
        expect(heap.take()).toBeUndefined();
      }),
    );
  });
});

describe('the shortest', () => {
  test('is the smallest of those that are there, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5)), { maxLength: 200 }), (steps) => {
        const shortest = new Shortest();
        const there: number[] = [];
        for (const [comes, value] of steps) {
          if (comes) {
            there.push(value);
            shortest.add(value);
          } else if (there.includes(value)) {
            there.splice(there.indexOf(value), 1);
            shortest.delete(value);
          }
          expect(shortest.value).toBe(Math.min(...there));
        }
      }),
    );
  });
});

describe('a token bucket', () => {
  const rate = { perSecond: 10, burst: 5 };

  test('never lets out more than the burst and what has come since', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.nat(10))), (steps) => {
        let bucket = fullBucket(rate, 0);
        let now = 0;
        let out = 0;
        for (const [ms, wish] of steps) {
          now += ms;
          const tokens = Math.min(wish, available(bucket, rate, now));
          bucket = spend(bucket, rate, now, tokens);
          out += tokens;
          expect(out).toBeLessThanOrEqual(rate.burst + (now * rate.perSecond) / 1_000 + 1e-3);
          const wait = waitFor(bucket, rate, now, 1);
          expect(available(bucket, rate, now + wait)).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });

  test('lets nothing out during a pause, and a shorter pause does not end a longer one', () => {
    const bucket = paused(paused(fullBucket(rate, 0), 3_000), 1_000);
    expect([available(bucket, rate, 2_999), available(bucket, rate, 3_000)]).toEqual([0, 5]);
    expect(waitFor(bucket, rate, 1_000, 1)).toBe(2_000);
  });
});

describe('a fair queue', () => {
  test('serves each line once before any line twice, and everything once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean())), (items) => {
        const queue = new FairQueue<{ line: string }>();
        for (const [line, urgent] of items) queue.add({ line }, line, urgent);
        const served: string[] = [];
        for (let item = queue.take(); item !== undefined; item = queue.take()) served.push(item.line);
        expect(served).toHaveLength(items.length);
        expect([queue.size, queue.urgent]).toEqual([0, 0]);
        served.forEach((line, place) => {
          const again = served.indexOf(line, place + 1);
          const between = new Set(served.slice(place + 1, again === -1 ? undefined : again));
          const waiting = new Set(
            served.slice(again === -1 ? served.length : again).filter((other) => other !== line),
          );
          if (again !== -1) for (const other of waiting) expect(between).toContain(other);
        });
      }),
    );
  });

  test('serves what stands in two lines where its turn comes first, once', () => {
    const queue = new FairQueue<{ name: string }>();
    const [x, y, z] = [{ name: 'x' }, { name: 'y' }, { name: 'z' }];
    queue.add(x, 'a', true);
    queue.add(y, 'a', false);
    queue.add(z, 'a', true);
    queue.add(y, 'b', true);
    expect(queue.ahead('a')).toBe(3);
    expect(queue.ahead('c')).toBe(2);
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([x, y, z, undefined]);
  });
});

describe('timing', () => {
  test('nobody looks more often than every 10 s', () => {
    expect([0, 1, 10, 3_600].map(intervalOf)).toEqual([0, 10_000, 10_000, 3_600_000]);
  });

  test('a try after a failure comes after what the store asked for, within the interval after that', () => {
    const error = providerError('unavailable', '', 4_000);
    const at = (failures: number, random: number): number =>
      nextTry({ now: 0, error, failures, intervalMs: 30_000, random });
    expect([at(1, 0), at(1, 0.5), at(4, 0.5), at(60, 1)]).toEqual([4_050, 5_000, 12_000, 34_000]);
    const denied = {
      now: 0,
      error: providerError('denied', ''),
      failures: 1,
      intervalMs: 30_000,
      random: 0.5,
    };
    expect(nextTry(denied)).toBe(30_000);
  });

  test('failures are believed for a while, and pause the store where it asked for that', () => {
    const lives = (['not_found', 'denied', 'invalid', 'unavailable', 'timeout'] as const).map((code) =>
      failureLife(providerError(code, '')),
    );
    expect(lives).toEqual([5_000, 5_000, 5_000, 2_000, 2_000]);
    expect(failureLife(providerError('throttled', '', 3_600_000))).toBe(60_000);
    expect(pauseAfter(providerError('throttled', ''))).toBe(1_000);
    expect(pauseAfter(providerError('unavailable', '', 7_000))).toBe(7_000);
    expect(pauseAfter(providerError('denied', ''))).toBe(0);
  });
});
