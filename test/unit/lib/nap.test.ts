import { expect, test } from '@jest/globals';
import { Nap } from '../../../lib/nap.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const taken = (nap: Nap, clock: ManualClock, signal = new AbortController().signal): { over: boolean } => {
  const state = { over: false };
  void nap.take(clock, 1000, signal).then(() => {
    state.over = true;
  });
  return state;
};

test('ends when the time has passed', async () => {
  const clock = new ManualClock();
  const state = taken(new Nap(), clock);
  await clock.advance(999);
  expect(state.over).toBe(false);
  await clock.advance(1);
  expect(state.over).toBe(true);
});

test('ends when woken, and the next one lasts', async () => {
  const clock = new ManualClock();
  const nap = new Nap();
  const first = taken(nap, clock);
  nap.wake();
  await clock.advance(0);
  expect(first.over).toBe(true);
  const second = taken(nap, clock);
  await clock.advance(999);
  expect(second.over).toBe(false);
});

test('is not taken where somebody woke it before', async () => {
  const clock = new ManualClock();
  const nap = new Nap();
  nap.wake();
  nap.wake();
  const first = taken(nap, clock);
  await clock.advance(0);
  expect(first.over).toBe(true);
});

test('ends with the signal', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const state = taken(new Nap(), clock, stop.signal);
  stop.abort();
  await clock.advance(0);
  expect(state.over).toBe(true);
  expect(clock.untilNext()).toBeUndefined();
});
