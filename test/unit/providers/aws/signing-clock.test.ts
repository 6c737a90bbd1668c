import { expect, test } from '@jest/globals';
import { SigningClock } from '../../../../providers/aws/signing-clock.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

test('signs with our clock and what was learnt of the difference, also after ours has moved', async () => {
  const clock = new ManualClock(Date.now());
  const signing = new SigningClock(clock);
  const near = (milliseconds: number): void => {
    expect(Math.abs(signing.offset - milliseconds)).toBeLessThan(1_000);
  };
  near(0);
  signing.learn(600_000);
  near(600_000);
  await clock.advance(3_600_000);
  near(4_200_000);
  signing.learn(3_600_000);
  near(3_600_000);
});
