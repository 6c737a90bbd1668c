import { expect, test } from '@jest/globals';
import { startLeader } from '../../webhook/leader.ts';
import { LeaseCluster } from '../support/lease-cluster.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { untilAdvancing } from '../support/until.ts';

test("a duty that fails is begun anew, and the others go on; the message of what was thrown isn't told", async () => {
  const clock = new ManualClock();
  const cluster = await LeaseCluster.open(clock);
  const { log, lines } = logLines();
  const began = { steady: 0, failing: 0 };
  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  const leader = startLeader({
    connection: await cluster.connect('a'),
    clock,
    random: () => 0.99,
    log,
    namespace: 'keyferry-system',
    replica: 'a',
    duties: [
      (signal) => {
        began.steady += 1;
        return untilAborted(signal);
      },
      (signal) => {
        began.failing += 1;
        return began.failing < 3 ? Promise.reject(new TypeError('hunter2')) : untilAborted(signal);
      },
    ],
  });
  await untilAdvancing(clock, () => began.failing === 3);
  expect(began.steady).toBe(1);
  expect(leader.held).toBe(true);
  const said = lines.filter(({ level }) => level === 'error');
  expect(said.map(({ text }) => text)).toEqual(
    Array.from({ length: 2 }, () => "a duty of the Lease's holder failed; it is begun anew"),
  );
  expect(JSON.stringify(said)).not.toContain('hunter2');
  await leader.stop();
  await cluster.close();
});
