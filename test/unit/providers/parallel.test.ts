import { describe, expect, test } from '@jest/globals';
import { err, ok } from '../../../lib/result.ts';
import { mapInLanes, mapLimited, mapWhileOk } from '../../../providers/parallel.ts';

describe('mapping with a limit', () => {
  test('keeps the order, and never has more under way', async () => {
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, index) => index);
    const results = await mapLimited(items, 8, async (item) => {
      running += 1;
      most = Math.max(most, running);
      // Later items finish first, each after some turns of the event loop.
      for (let turn = item; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBe(8);
  });

  test('does nothing with nothing', async () => {
    expect(await mapLimited([], 8, () => Promise.reject(new Error('called')))).toEqual([]);
  });
});

describe('mapping while all goes well', () => {
  test('gives all values in order', async () => {
    expect(await mapWhileOk([3, 1, 2], 2, (item) => Promise.resolve(ok(item * 2)))).toEqual(ok([6, 2, 4]));
  });

  test('begins nothing more after a failure, which is the result', async () => {
    const begun: number[] = [];
    const outcome = await mapWhileOk([0, 1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      await new Promise((resolve) => setImmediate(resolve));
      return item === 0 ? err('first') : ok(item);
    });
    expect(outcome).toEqual(err('first'));
    expect(begun).toEqual([0, 1]);
  });
});

test('lanes do not wait for one another, and results are in the order of the items', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  const done: number[] = [];
  const mapping = mapInLanes(
    [1, 10, 2, 20, 3],
    [
      { holds: (item) => item >= 10, limit: 1 },
      { holds: (item) => item < 10, limit: 1 },
    ],
    async (item) => {
      if (item >= 10) await held;
      done.push(item);
      if (item === 3) release(undefined);
      return item * 2;
    },
  );
  expect(await mapping).toEqual([2, 20, 4, 40, 6]);
  expect(done).toEqual([1, 2, 3, 10, 20]);
});
