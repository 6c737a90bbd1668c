import { afterEach, describe, expect, test } from '@jest/globals';
import { BrokerPod, brokerPlan } from '../support/agent/broker-pod.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { realStores } from '../support/agent/in-process.ts';
import { runUntilTestEnds } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { InProcessBroker, platformStore } from '../support/broker/in-process-broker.ts';
import { watchOf, type BrokerCaller, type OpenFeed } from '../support/broker/caller.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

/** The broker over real sockets, with time that passes when a test says so. */

let cluster: InProcessBroker;
let clock: ManualClock;
afterEach(async () => {
  await cluster.close();
  removeFolders();
});

const second = 1_000;

const start = async (keys: readonly string[] = ['*'], random = 0): Promise<void> => {
  clock = new ManualClock(Date.now());
  cluster = await InProcessBroker.open({ clock, random: () => random }, platformStore([{ keys: [...keys] }]));
  cluster.upstream.set('db', 'one');
};

/** A pod whose token is good for so many seconds: the API server itself gives none for less than ten minutes. */
const podFor = async (expirationSeconds: number): Promise<BrokerCaller> => {
  cluster.addPod('web');
  const uid = cluster.api.get('pods', 'web', 'payments')?.metadata.uid ?? '';
  const { token } = await cluster.issuer.issue({
    namespace: 'payments',
    serviceAccount: 'app',
    audiences: ['keyferry'],
    expirationSeconds,
    pod: { name: 'web', uid },
  });
  return cluster.caller(token);
};

const looksAt = (pod: string): number =>
  cluster.api.requests.filter(({ path }) => path.endsWith(`/pods/${pod}`)).length;

describe('what the API server said', () => {
  test('of a token is good for 60 s: then a deleted pod is served no more', async () => {
    await start();
    const pod = await cluster.pod('web');
    await pod.read('db');
    cluster.api.delete('pods', 'web', 'payments');
    await clock.advance(59 * second);
    expect([(await pod.read('db')).status, cluster.reviews]).toEqual([200, 1]);
    await clock.advance(2 * second);
    expect([(await pod.read('db')).status, cluster.reviews]).toEqual([401, 2]);
  });

  test('against a token is good for 5 s', async () => {
    await start();
    const forged = await cluster.issuer.sign({ aud: ['keyferry'], exp: Date.now(), sub: 'x' });
    const caller = cluster.caller(forged);
    const ask = async (): Promise<number> => (await caller.read('db'), cluster.reviews);
    expect(await ask()).toBe(1);
    await clock.advance(4 * second);
    expect(await ask()).toBe(1);
    await clock.advance(2 * second);
    expect(await ask()).toBe(2);
  });

  test('of a token ends with the token', async () => {
    await start();
    const caller = await podFor(30);
    expect((await caller.read('db')).status).toBe(200);
    await clock.advance(60 * second);
    const answer = await caller.read('db');
    expect([answer.status, answer.message]).toEqual([401, 'the token has expired']);
  });

  test("of a pod's addresses may be old: it is asked again after 100, 200, 400 and 800 ms", async () => {
    await start();
    cluster.addPod('web', { addresses: ['10.0.0.1'] });
    const answer = cluster.caller(await cluster.token('web')).read('db');
    await until(() => looksAt('web') === 2, 'the first two looks');
    for (const [wait, looks] of [
      [100, 3],
      [200, 4],
      [400, 5],
    ] as const) {
      await clock.sleeping(2);
      await clock.advance(wait - 1);
      expect(looksAt('web')).toBe(looks - 1);
      await clock.advance(1);
      await until(() => looksAt('web') === looks, `look ${looks}`);
    }
    cluster.api.setStatus('pods', 'web', 'payments', { podIPs: [{ ip: '127.0.0.1' }] });
    await untilAdvancing(clock, () => looksAt('web') === 6);
    expect((await answer).status).toBe(200);
  });
});

describe('a feed', () => {
  const quiet = async (): Promise<OpenFeed> => {
    const feed = await (await cluster.pod('web')).feed('db');
    await feed.next('secret');
    return feed;
  };
  const heard = async (feed: OpenFeed, event: 'beat' | 'end' | 'error', count: number): Promise<void> => {
    await feed.next(event, count);
    expect(feed.events.filter((item) => item.event === event)).toHaveLength(count);
  };

  test('with nothing to say beats every 10 s', async () => {
    await start();
    const feed = await quiet();
    await clock.advance(9 * second);
    expect(feed.events.map(({ event }) => event)).toEqual(['open', 'secret']);
    await clock.advance(second);
    await heard(feed, 'beat', 1);
    await clock.advance(10 * second);
    await heard(feed, 'beat', 2);
  });

  test.each([
    ['its token, where nobody spreads the ends', 0, 600],
    ['its token, a bit earlier', 0.5, 540],
  ])('ends with %s', async (_what, random, seconds) => {
    await start(['*'], random);
    const feed = await quiet();
    const { endsInSeconds } = await feed.next('open');
    expect(Math.abs(endsInSeconds - seconds)).toBeLessThan(10);
    await clock.advance((endsInSeconds - 1) * second);
    expect(cluster.broker.feeds.size).toBe(1);
    await clock.advance(3 * second);
    await heard(feed, 'end', 1);
    await until(feed.ended, 'the end of the answer');
    expect([cluster.broker.feeds.size, cluster.upstream.listening.size]).toEqual([0, 0]);
  });

  test('ends after 10 minutes, whatever the life of the token', async () => {
    await start();
    const feed = await (await podFor(3600)).feed('db');
    expect((await feed.next('open')).endsInSeconds).toBe(600);
    await clock.advance(601 * second);
    await heard(feed, 'end', 1);
  });

  test('that nobody reads for 30 s is cut off', async () => {
    await start();
    const feed = await quiet();
    feed.pause();
    // As much as the sockets take, and a document that waits.
    for (let round = 0; round < 30; round += 1) {
      cluster.upstream.set('db', Buffer.alloc(2 ** 20, `${round % 10}`));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await clock.advance(29 * second);
    expect(cluster.broker.feeds.size).toBe(1);
    await clock.advance(2 * second);
    expect([cluster.broker.feeds.size, cluster.upstream.listening.size]).toEqual([0, 0]);
    feed.resume();
    await until(feed.ended, 'the end of the connection');
    expect(feed.events.filter(({ event }) => event === 'end')).toEqual([]);
  });

  test('says again at the interval of a source what is wrong with it, until something else is said', async () => {
    await start(['db']);
    const pod = await cluster.pod('web');
    const feed = await pod.feed(
      watchOf('db'),
      watchOf('other', { intervalSeconds: 30 }),
      watchOf('once', { intervalSeconds: 0 }),
    );
    await feed.next('error', 2);
    const told = (): (number | undefined)[] =>
      feed.events
        .filter(({ event }) => event === 'error')
        .map((event) => ('index' in event ? event.index : -1));
    await clock.advance(28 * second);
    expect(told()).toEqual([1, 2]);
    await clock.advance(3 * second);
    await heard(feed, 'error', 3);
    cluster.upstream.fail('db', { code: 'unavailable', message: 'away' });
    await heard(feed, 'error', 4);
    await clock.advance(11 * second);
    await heard(feed, 'error', 5);
    cluster.upstream.set('db', 'one');
    await feed.next('same');
    await clock.advance(15 * second);
    expect(told()).toEqual([1, 2, 1, 0, 0]);
    // The audit log has each once.
    expect(cluster.audit.map(({ key, outcome }) => `${String(key)} ${String(outcome)}`).sort()).toEqual([
      'db failed',
      'db served',
      'once denied',
      'other denied',
    ]);
  });
});

describe('an agent whose key is taken away', () => {
  const posts = async (): Promise<number> => {
    const metrics = await cluster.metrics.registry.metrics();
    return Number(/requests_total\{route="\/v1\/secrets",status="200"\} (\d+)/u.exec(metrics)?.[1] ?? 0);
  };

  test('hears so over its feed, again and again, and asks nothing', async () => {
    await start();
    cluster.addPod('api');
    const pod = new BrokerPod(await cluster.token('api'));
    const { root } = pod;
    const plan = brokerPlan(cluster.address, {
      stores: ['platform'],
      sources: { db: { intervalSeconds: 20 } },
    });
    const wait = (condition: () => boolean, what: string): Promise<void> =>
      untilAdvancing(clock, condition, { what, step: 10 });
    const running = runUntilTestEnds({ plan, root, mode: 'run', clock, stores: realStores(plan, root) });
    await wait(() => cluster.upstream.listening.size === 1, 'the feed');
    expect(await posts()).toBe(1);
    const { agent } = await running;
    const error = (): string =>
      (agent.status() as { refs: { error: { code: string } | null }[] }).refs[0]?.error?.code ?? 'none';
    cluster.api.apply(platformStore([{ keys: ['other'] }]));
    await wait(() => error() === 'denied', 'the denial');
    const end = clock.monotonic() + 300 * second;
    await untilAdvancing(clock, () => clock.monotonic() >= end, { step: 500 });
    expect([await posts(), error()]).toEqual([1, 'denied']);
    expect(visibleFiles(`${root}/keyferry/secrets`)['db']).toBe('one');
    cluster.api.apply(platformStore([{ keys: ['*'] }]));
    await wait(() => error() === 'none', 'the end of the denial');
    expect(await posts()).toBe(1);
  });
});
