import { expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import { withinTime } from '../../../../providers/find/time-limit.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const cancelled = err(providerError('timeout', 'cancelled'));
const untilAborted = (signal: AbortSignal) =>
  new Promise<typeof cancelled>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(cancelled);
    });
  });

test('a find that ends in time is what it brought, and no timer is left', async () => {
  const clock = new ManualClock();
  const outcome = ok({ bytes: new Redacted(Buffer.from('{}')) });
  expect(await withinTime(clock, new AbortController().signal, () => Promise.resolve(outcome))).toBe(outcome);
  expect(clock.untilNext()).toBeUndefined();
});

test('one that does not is called off, and says so', async () => {
  const clock = new ManualClock();
  const finding = withinTime(clock, new AbortController().signal, untilAborted);
  await clock.advance(19_999);
  await clock.advance(1);
  expect(await finding).toEqual(err(providerError('timeout', 'the find did not end within 20 s')));
});

test('one whose caller gave up is what that made of it', async () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const finding = withinTime(clock, caller.signal, untilAborted);
  caller.abort();
  expect(await finding).toBe(cancelled);
  expect(clock.untilNext()).toBeUndefined();
});
