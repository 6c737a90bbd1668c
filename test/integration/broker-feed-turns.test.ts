import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock, type Clock } from '../../lib/clock.ts';
import { InProcessBroker, externalSecret, platformStore } from '../support/broker/in-process-broker.ts';
import { readOf } from '../support/broker/caller.ts';

/** How often and for how long something rested, in milliseconds. */
let rests: number[];
let time: number;

/** Every look at it takes 8 ms; whoever rests for less than a second is noted down. */
const clock: Clock = {
  ...systemClock,
  monotonic: () => (time += 8),
  sleep: (milliseconds, signal) => {
    if (milliseconds < 1_000) rests.push(milliseconds);
    return systemClock.sleep(milliseconds, signal);
  },
};

let cluster: InProcessBroker;
beforeEach(async () => {
  rests = [];
  time = 0;
  cluster = await InProcessBroker.open({ clock }, platformStore());
  cluster.upstream.set('db', 'one');
});
afterEach(async () => {
  await cluster.close();
});

describe('feeds that have to decide anew', () => {
  test('all do, and leave everybody else as much time as that takes', async () => {
    const pods = await Promise.all(['a', 'b', 'c'].map((name) => cluster.pod(name)));
    const source = { ...readOf('db'), intervalSeconds: 10 };
    const feeds = await Promise.all(pods.flatMap((pod) => [pod.feed(source), pod.feed(source)]));
    for (const feed of feeds) expect((await feed.next('error')).error.code).toBe('denied');
    rests.length = 0;
    cluster.api.apply(externalSecret('late', 'payments', 'db'));
    await Promise.all(feeds.map((feed) => feed.next('secret')));
    expect(rests.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(10);
  });
});
