import { describe, expect, test } from '@jest/globals';
import { mapLimited } from '../../../providers/parallel.ts';

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
