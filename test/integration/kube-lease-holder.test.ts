import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LeaseCluster, type Competitor } from '../support/lease-cluster.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

let cluster: LeaseCluster;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  cluster = await LeaseCluster.open(clock);
});
afterEach(async () => {
  await cluster.close();
});

const texts = (level: string): string[] =>
  cluster.lines.filter((line) => line.level === level).map(({ text }) => text);

/** Moves time on, and sees at each step that the work is done once at most, and only by who holds the Lease. */
const watching = async (condition: () => boolean, step = 100): Promise<void> => {
  await untilAdvancing(
    clock,
    () => {
      expect(cluster.working().length).toBeLessThanOrEqual(1);
      return condition();
    },
    { step },
  );
};

const two = async (): Promise<[Competitor, Competitor]> => {
  const all = [await cluster.start('a'), await cluster.start('b')];
  await watching(() => cluster.working().length === 1);
  const first = all.find(({ works }) => works())!;
  return [first, all.find((other) => other !== first)!];
};

describe('of several competitors', () => {
  test('one makes the Lease and has it, and keeps it by renewing', async () => {
    const [first, second] = await two();
    const taken = cluster.record();
    expect(taken).toEqual({
      holder: expect.stringMatching(new RegExp(`^${first.name}_[12]$`, 'u')),
      durationSeconds: 15,
      acquireTime: expect.stringMatching(/^2026-01-01T12:00:0\d\.\d{3}000Z$/u),
      renewTime: expect.any(String),
      transitions: 0,
    });
    await watching(() => clock.monotonic() > 120_000, 500);
    expect(cluster.working()).toEqual([first.name]);
    expect([first.holder.held, second.holder.held]).toEqual([true, false]);
    expect(cluster.record()).toMatchObject({ holder: taken!.holder, acquireTime: taken!.acquireTime });
    expect(Date.parse(cluster.record()!.renewTime)).toBeGreaterThan(clock.now() - 5000);
    expect(texts('warn')).toEqual([]);
  });

  test('one that ends in good order gives it back, and the other has it within 3 s', async () => {
    const [first, second] = await two();
    await first.holder.stop();
    expect([first.works(), first.holder.held]).toEqual([false, false]);
    expect(cluster.record()).toMatchObject({ holder: '', durationSeconds: 1 });
    const since = clock.monotonic();
    await watching(() => second.works());
    expect(clock.monotonic() - since).toBeLessThan(3000);
    expect(cluster.record()).toMatchObject({ transitions: 1 });
    expect(texts('info')).toEqual(['took the Lease', 'gave the Lease back', 'took the Lease']);
  });

  test('one that is cut off stops within 10 s, and the other has it 15 s after the last renewal, never both', async () => {
    const [first, second] = await two();
    await watching(() => clock.monotonic() > 20_000);
    const renewed = clock.monotonic();
    cluster.disturb(first.name, () => ({ kind: 'drop' }));
    await watching(() => !first.works());
    expect(clock.monotonic() - renewed).toBeLessThan(10_500);
    expect(first.holder.held).toBe(false);
    await watching(() => second.works());
    expect(clock.monotonic() - renewed).toBeGreaterThan(12_500);
    expect(clock.monotonic() - renewed).toBeLessThan(20_000);
    cluster.disturb(first.name);
    await watching(() => clock.monotonic() > 60_000);
    expect(cluster.working()).toEqual([second.name]);
  });

  test('a server that says nothing is as good as none', async () => {
    const [first, second] = await two();
    cluster.disturb(first.name, () => ({ kind: 'hang' }));
    const since = clock.monotonic();
    await watching(() => !first.works());
    expect(clock.monotonic() - since).toBeLessThan(10_500);
    await watching(() => second.works());
  });

  test('an outage for all leaves nobody with it, and afterwards one', async () => {
    await two();
    for (const user of ['a', 'b']) cluster.disturb(user, () => ({ kind: 'status', code: 503 }));
    await watching(() => cluster.working().length === 0);
    await watching(() => clock.monotonic() > 60_000, 500);
    expect(cluster.working()).toEqual([]);
    for (const user of ['a', 'b']) cluster.disturb(user);
    await watching(() => cluster.working().length === 1);
    await watching(() => clock.monotonic() > 120_000, 500);
    expect(cluster.working()).toHaveLength(1);
  });

  test('a process that was paused knows when it goes on that it has it no more, and ends its work', async () => {
    const own = new ManualClock();
    const paused = await cluster.start('a', own);
    await until(() => paused.works());
    const other = await cluster.start('b');
    await untilAdvancing(clock, () => other.works());
    await own.jump(30_000);
    expect(paused.holder.held).toBe(false);
    await until(() => !paused.works());
    for (let second = 0; second < 10; second += 1) {
      await own.advance(1000);
      await clock.advance(1000);
    }
    expect(cluster.working()).toEqual(['b']);
  });
});

describe('whose clock shows what does not matter', () => {
  test.each([
    ['long past', '2020-01-01T00:00:00.000000Z'],
    ['far ahead', '2030-01-01T00:00:00.000000Z'],
    ['no time', 'soon'],
  ])('a renewal whose time is %s counts for 15 s from when it was seen', async (_what, renewTime) => {
    cluster.change({ holderIdentity: 'else', leaseDurationSeconds: 15, renewTime });
    const one = await cluster.start('a');
    await watching(() => one.works());
    expect(clock.monotonic()).toBeGreaterThan(14_900);
    expect(clock.monotonic()).toBeLessThan(20_000);
  });

  test('a holder that says 60 s has 60 s', async () => {
    cluster.change({ holderIdentity: 'else', leaseDurationSeconds: 60 });
    const one = await cluster.start('a');
    await watching(() => one.works(), 500);
    expect(clock.monotonic()).toBeGreaterThan(59_900);
  });

  test('a Lease that says nothing of how long has the usual time', async () => {
    cluster.change({ holderIdentity: 'else' });
    const one = await cluster.start('a');
    await watching(() => one.works());
    expect(clock.monotonic()).toBeGreaterThan(14_900);
  });
});

describe('the holder', () => {
  test('keeps it where somebody changed a label, and leaves the label', async () => {
    const one = await cluster.start('a');
    await watching(() => one.works());
    const { holder } = cluster.record()!;
    cluster.change({ holderIdentity: holder, leaseDurationSeconds: 15 }, { labels: { team: 'platform' } });
    await watching(() => clock.monotonic() > 30_000);
    expect(one.works()).toBe(true);
    expect(cluster.record()).toMatchObject({ holder, transitions: 0 });
    const [lease] = cluster.api.objects('leases.coordination.k8s.io');
    expect(lease?.metadata.labels).toEqual({ team: 'platform' });
  });

  test('stops at once where another has taken it', async () => {
    const one = await cluster.start('a');
    await watching(() => one.works());
    cluster.change({ holderIdentity: 'else', leaseDurationSeconds: 15 });
    const since = clock.monotonic();
    await watching(() => !one.works());
    expect(clock.monotonic() - since).toBeLessThan(3000);
    expect(texts('warn')).toEqual(['lost the Lease']);
  });

  test('makes it anew where somebody removed it', async () => {
    const one = await cluster.start('a');
    await watching(() => one.works());
    cluster.remove();
    await watching(() => cluster.record() !== undefined && one.works());
  });

  test('one that ends without an API server ends all the same', async () => {
    const one = await cluster.start('a');
    await watching(() => one.works());
    cluster.disturb('a', () => ({ kind: 'hang' }));
    let ended = false;
    const stopping = one.holder.stop().then(() => {
      ended = true;
    });
    const since = clock.monotonic();
    await watching(() => ended);
    await stopping;
    expect(clock.monotonic() - since).toBeLessThan(4000);
  });

  test('who has not the right says so once, and goes on trying', async () => {
    cluster.disturb('a', () => ({ kind: 'status', code: 403, message: 'leases is forbidden' }));
    const one = await cluster.start('a');
    await watching(() => clock.monotonic() > 10_000);
    expect(texts('warn')).toEqual([
      'cannot read or write the Lease keyferry-webhook: grant create on leases, and get and patch on this one',
    ]);
    cluster.disturb('a');
    await watching(() => one.works());
  });

  test('one that never had it gives nothing back', async () => {
    cluster.change({ holderIdentity: 'else', leaseDurationSeconds: 15 });
    const one = await cluster.start('a');
    await until(() => cluster.api.requests.length > 0);
    await one.holder.stop();
    expect(cluster.record()).toMatchObject({ holder: 'else' });
  });
});
