import { expect, test } from '@jest/globals';
import { megabytes, processorShare } from '../../bench/core/loop.ts';

test("megabytes are thousands of the kernel's kB", () => {
  expect(megabytes(42_176 * 1024)).toBe(42.176);
});

test('a minute has one refresh and sixty seconds of doing nothing', () => {
  const busy = { milliseconds: 110, refreshes: 10, seconds: 20 };
  const idle = { milliseconds: 10, refreshes: 0, seconds: 20 };
  // 0.5 ms each second of doing nothing; what is left of the busy one's time, 100 ms, went into ten refreshes.
  expect(processorShare({ busy, idle, intervalSeconds: 60 })).toEqual({
    perRefresh: 10,
    idle: 0.5,
    total: 0.5 + 10 / 60,
  });
});

test('a refresh never takes less than nothing', () => {
  const busy = { milliseconds: 5, refreshes: 10, seconds: 20 };
  const idle = { milliseconds: 10, refreshes: 0, seconds: 20 };
  expect(processorShare({ busy, idle, intervalSeconds: 60 }).perRefresh).toBe(0);
});

test('agents that did not do what they were watched for are a bug', () => {
  const watched = { milliseconds: 1, refreshes: 0, seconds: 1 };
  expect(() => processorShare({ busy: watched, idle: watched, intervalSeconds: 60 })).toThrow(
    'the busy agent did not refresh',
  );
  const busy = { ...watched, refreshes: 1 };
  expect(() => processorShare({ busy, idle: busy, intervalSeconds: 60 })).toThrow('the idle agent refreshed');
});
