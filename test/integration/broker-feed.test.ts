import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../lib/broker/digest.ts';
import { Redacted } from '../../lib/redacted.ts';
import { providerError } from '../../lib/provider-error.ts';
import { InProcessBroker, externalSecret, platformStore } from '../support/broker/in-process-broker.ts';
import { textOf, watchOf } from '../support/broker/caller.ts';
import { until } from '../support/until.ts';

let cluster: InProcessBroker;
beforeEach(async () => {
  cluster = await InProcessBroker.open({}, platformStore(), externalSecret('db', 'payments', 'db', 'other'));
  cluster.upstream.set('db', 'one');
});
afterEach(async () => {
  await cluster.close();
});

describe('a feed', () => {
  test('opens, tells a document and each other one, and that nothing has changed', async () => {
    const feed = await (await cluster.pod('web')).feed('db');
    expect((await feed.next('open')).endsInSeconds).toBeGreaterThan(400);
    expect(textOf(await feed.next('secret'))).toBe('one');
    cluster.upstream.set('db', 'two');
    expect(textOf(await feed.next('secret', 2))).toBe('two');
    cluster.upstream.same('db');
    expect(await feed.next('same')).toEqual({ event: 'same', indexes: [0] });
    expect(cluster.audit.map(({ outcome, via }) => [outcome, via])).toEqual(
      Array(2).fill(['served', 'feed']),
    );
  });

  test('does not send what the agent has', async () => {
    const known = digestOf(Buffer.from('one'));
    const feed = await (await cluster.pod('web')).feed(watchOf('db', { known }));
    expect((await feed.next('same')).indexes).toEqual([0]);
    cluster.upstream.set('db', 'two');
    expect(textOf(await feed.next('secret'))).toBe('two');
    cluster.upstream.set('db', 'one');
    expect(textOf(await feed.next('secret', 2))).toBe('one');
  });

  test('doubts a document where the agent comes with another one', async () => {
    const known = digestOf(Buffer.from('two'));
    const one = { bytes: new Redacted(Buffer.from('one')) };
    const two = { bytes: new Redacted(Buffer.from('two')) };
    // Whoever has been told of a document has that one.
    cluster.upstream.fail('db', providerError('unavailable', 'not now'));
    const pod = await cluster.pod('web');
    await (await pod.feed(watchOf('db', { known }))).next('open');
    await (await pod.feed(watchOf('db'))).next('open');
    const doubts = [...cluster.upstream.listening].map(({ contradicts }) =>
      [one, two].map((d) => contradicts?.(d)),
    );
    expect(doubts).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  test('tells failures', async () => {
    const feed = await (await cluster.pod('web')).feed('db');
    await feed.next('secret');
    cluster.upstream.fail('db', providerError('throttled', 'slower, please', 1500));
    expect(await feed.next('error')).toEqual({
      event: 'error',
      index: 0,
      error: { code: 'throttled', message: 'slower, please', retryAfterMs: 1500 },
    });
    cluster.upstream.set('db', 'one');
    expect((await feed.next('same')).indexes).toEqual([0]);
  });

  test('follows policy: what is taken away is told and no longer sent, and what is given is', async () => {
    const feed = await (await cluster.pod('web')).feed('db', 'mine');
    expect((await feed.next('error')).index).toBe(1);
    await feed.next('secret');
    cluster.upstream.set('mine', 'now');
    cluster.api.apply(externalSecret('db', 'payments', 'mine'));
    expect((await feed.next('error', 2)).error.code).toBe('denied');
    expect(textOf(await feed.next('secret', 2))).toBe('now');
    cluster.upstream.set('db', 'two');
    cluster.upstream.set('mine', 'later');
    expect(textOf(await feed.next('secret', 3))).toBe('later');
    expect(cluster.upstream.listening.size).toBe(1);
  });

  test("follows the broker's file at once: what it no longer lets the broker use is told, and what it does again", async () => {
    const feed = await (await cluster.pod('web')).feed('db');
    await feed.next('secret');
    cluster.setInstall({ credentials: [], serviceAccounts: [] });
    expect((await feed.next('error')).error).toEqual({
      code: 'denied',
      message: expect.stringMatching(/^ClusterSecretStore "platform": .*credential/u),
    });
    expect(cluster.upstream.listening.size).toBe(0);
    cluster.upstream.set('db', 'two');
    cluster.setInstall({
      credentials: [{ name: 'vault', servers: ['https://vault.example:8200'] }],
      serviceAccounts: [],
    });
    expect(textOf(await feed.next('secret', 2))).toBe('two');
  });

  test('tells nothing that cannot be written to the audit log, and tells it when it can be', async () => {
    const feed = await (await cluster.pod('web')).feed('db');
    await feed.next('secret');
    cluster.auditWorks = false;
    cluster.upstream.set('db', 'two');
    expect((await feed.next('error')).error).toEqual({
      code: 'unavailable',
      message: 'the broker cannot write its audit log, and hands out nothing that is not written there',
      retryAfterMs: 5_000,
    });
    cluster.auditWorks = true;
    // The next look upstream finds nothing new: to the agent it is.
    cluster.upstream.same('db');
    expect(textOf(await feed.next('secret', 2))).toBe('two');
    expect(cluster.audit.map(({ outcome }) => outcome)).toEqual(['served', 'served']);
  });

  test('refuses what turned out to be another key, and sends nothing of it', async () => {
    cluster.api.apply(platformStore([{ keys: ['kv/payments/*'] }]));
    await until(() => cluster.broker.generation > 0, 'the change of the store');
    cluster.upstream.set('payments/alias', 'theirs', { canonical: 'vault::kv/hr/payroll' });
    const feed = await (await cluster.pod('web')).feed('payments/alias');
    expect((await feed.next('error')).error.message).toContain('which turned out to be "kv/hr/payroll"');
    expect(feed.events.filter(({ event }) => event === 'secret')).toEqual([]);
    expect(cluster.audit.map(({ outcome, via }) => [outcome, via])).toEqual([['denied', 'feed']]);
  });

  test('tells the certificates to trust, at once and when they change', async () => {
    cluster.trust.set('one\n');
    const feed = await (await cluster.pod('web')).feed('db');
    expect((await feed.next('trust')).bundle).toBe('one\n');
    cluster.trust.set('two\n');
    expect((await feed.next('trust', 2)).bundle).toBe('two\n');
  });

  test('whose reader has gone leaves nothing behind', async () => {
    const feed = await (await cluster.pod('web')).feed('db');
    await feed.next('secret');
    expect([cluster.broker.feeds.size, cluster.upstream.listening.size]).toEqual([1, 1]);
    feed.cut();
    await until(() => cluster.broker.feeds.size === 0);
    expect(cluster.upstream.listening.size).toBe(0);
  });

  test('is ended when the broker ends, and no other is opened', async () => {
    const pod = await cluster.pod('web');
    const feed = await pod.feed('db');
    await feed.next('secret');
    await cluster.broker.feeds.stop();
    await feed.next('end');
    await until(feed.ended);
    const answer = await pod.post('/v1/changes', { version: 1, sources: [watchOf('db')] });
    expect([answer.status, answer.message]).toEqual([503, 'the broker is about to end']);
    expect(textOf((await pod.read('db')).results[0])).toBe('one');
  });

  test('of a pod that opens one after the other makes room for the newest', async () => {
    const pod = await cluster.pod('web');
    const feeds = [];
    for (let round = 0; round < 5; round += 1) feeds.push(await pod.feed('db'));
    await feeds[0]?.next('end');
    expect(cluster.broker.feeds.size).toBe(4);
  });
});

describe('a reader that reads nothing', () => {
  test('costs the last document alone, while others are told', async () => {
    const slow = await (await cluster.pod('slow')).feed('db');
    await slow.next('secret');
    slow.pause();
    const other = await (await cluster.pod('web')).feed('db');
    await other.next('secret');
    for (let round = 0; round < 40; round += 1) {
      cluster.upstream.set('db', Buffer.alloc(2 ** 20, `${round % 10}`));
      expect((await other.next('secret', round + 2)).secret.bytes).toHaveLength(1_398_104);
    }
    slow.resume();
    await until(() => {
      const last = slow.events.at(-1);
      return last?.event === 'secret' && textOf(last).startsWith('9');
    });
    // The kernel and the stream hold some; the rest was never sent.
    expect(slow.events.length).toBeLessThan(30);
  });
});

test('500 agents that come at once are all told, and of a change soon', async () => {
  cluster.addPod('web');
  const token = await cluster.token('web');
  const tokens = await Promise.all(
    Array.from({ length: 125 }, async (_, index) => {
      cluster.addPod(`pod-${index}`);
      return cluster.token(`pod-${index}`);
    }),
  );
  const callers = tokens.flatMap((each) => Array.from({ length: 4 }, () => cluster.caller(each)));
  const feeds = await Promise.all(callers.map((caller) => caller.feed('db')));
  await Promise.all(feeds.map((feed) => feed.next('secret')));
  expect([cluster.broker.feeds.size, cluster.reviews]).toEqual([500, 125]);
  const started = performance.now();
  cluster.upstream.set('db', 'two');
  await Promise.all(feeds.map((feed) => feed.next('secret', 2)));
  // Far less on a machine of one's own: `make bench` measures it.
  expect(performance.now() - started).toBeLessThan(10_000);
  expect((await cluster.caller(token).read('db')).status).toBe(200);
}, 120_000);
