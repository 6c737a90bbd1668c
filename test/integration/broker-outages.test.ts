import { afterEach, describe, expect, test } from '@jest/globals';
import { answerJson, type Handler } from '../support/broker-server.ts';
import { removeFolders } from '../support/agent/folders.ts';
import {
  startBrokerWorld,
  startFollowing,
  stopBrokers,
  type BrokerWorld,
} from '../support/agent/broker-world.ts';

afterEach(async () => {
  await stopBrokers();
  removeFolders();
});

const second = 1_000;
const minute = 60 * second;

const refuseFeeds =
  ({ broker }: Pick<BrokerWorld, 'broker'>): Handler =>
  (request, response) => {
    if (request.url === '/v1/changes')
      answerJson(response, 503, { error: { code: 'unavailable', message: 'as many feeds as there may be' } });
    else
      answerJson(response, 200, {
        results: [
          { secret: { bytes: Buffer.from(broker.documents.get('shared/db') as string).toString('base64') } },
        ],
      });
  };

describe('without a feed', () => {
  test('the agent asks at its intervals, and opens another feed later and later', async () => {
    const { broker, wait, pass, file, shown, lines } = await startFollowing();
    broker.handler = refuseFeeds({ broker });
    broker.feed.cut();
    await wait(() => shown().feed === 'closed', 'the end of the feed');
    broker.documents.set('shared/db', 'two');
    await pass(10 * minute);
    expect(file()).toBe('two');
    // Every 60 s a question, and after some quick tries a feed every 15 s (half of 30 s: the test's random number).
    expect(broker.count('/v1/secrets')).toBeGreaterThanOrEqual(9);
    expect(broker.count('/v1/secrets')).toBeLessThanOrEqual(13);
    expect(broker.count('/v1/changes')).toBeLessThanOrEqual(48);
    const warnings = lines.filter(({ text }) => text.startsWith("the broker's feed is closed"));
    expect(warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^the broker's feed is closed: the broker at localhost:\d+ ended its feed without a word$/,
      ),
      expect.stringMatching(
        /^the broker's feed is closed: the broker at localhost:\d+ says: as many feeds as there may be$/,
      ),
    ]);
    broker.handler = undefined;
    broker.documents.set('shared/db', 'three');
    await wait(() => file() === 'three' && shown().feed === 'open', 'the next feed', 200);
  });

  test('an agent whose broker ends feeds as planned has another one within a second, over another connection', async () => {
    const { broker, wait, clock, shown } = await startFollowing();
    const before = clock.monotonic();
    broker.feed.end();
    await wait(() => broker.feeds.length === 2 && shown().feed === 'open', 'the next feed');
    expect(clock.monotonic() - before).toBeLessThan(second + 500);
    expect(broker.count('/v1/secrets')).toBe(1);
    expect(broker.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    expect(broker.openConnections).toBe(1);
  });

  test('a feed that ends again and again is not opened more often than every 30 s at most', async () => {
    const { broker, pass } = await startFollowing();
    const open = broker.feeds;
    broker.handler = (_request, response) => {
      response.end('{"event":"open","endsInSeconds":1}\n{"event":"end"}\n');
    };
    open[0]!.end();
    await pass(10 * minute);
    expect(broker.count('/v1/changes')).toBeLessThanOrEqual(48);
  });

  test('what the broker asks for is waited for', async () => {
    const { broker, pass, wait } = await startFollowing();
    broker.handler = (_request, response) => {
      const error = { code: 'throttled', message: 'too many', retryAfterMs: 200 * second };
      answerJson(response, 429, { error });
    };
    broker.feed.cut();
    await wait(() => broker.count('/v1/changes') === 2, 'the refused feed');
    await pass(190 * second);
    expect(broker.count('/v1/changes')).toBe(2);
    await wait(() => broker.count('/v1/changes') === 3, 'the next try', 100);
  });

  test('a feed that says nothing for three heartbeats is dead', async () => {
    const { broker, pass, wait, shown, lines } = await startFollowing();
    await pass(29 * second);
    expect(shown().feed).toBe('open');
    await wait(() => broker.feeds.length === 2, 'the next feed', 100);
    expect(lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/said nothing in its feed for 30 s$/),
    );
  });
});

describe('a broker that is away', () => {
  test('fails a start in time, with the reason', async () => {
    const { broker, run, wait } = await startBrokerWorld();
    await broker.stop();
    const agent = await run();
    await wait(() => agent.ended() !== undefined, 'the end of the start', 100);
    expect(agent.ended()).toEqual({
      exitCode: 1,
      headline: 'Keyferry has no secrets after 20 s',
      lines: [
        `db (key "db" of ClusterSecretStore/shared): unavailable: the broker at ${broker.url.slice(8)} refused the connection`,
      ],
    });
  });

  test('later leaves the files as they are, and all goes on when it is back', async () => {
    const { broker, wait, pass, file, shown } = await startFollowing();
    await broker.stop();
    await pass(5 * minute);
    expect(file()).toBe('one');
    expect(shown()).toMatchObject({ stale: true, error: { code: 'unavailable' } });
    broker.documents.set('shared/db', 'two');
    await broker.listen();
    await wait(() => file() === 'two', 'the new value', 200);
    await wait(() => shown().error === null, 'the end of the error', 200);
  });
});
