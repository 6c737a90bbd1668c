import { afterEach, describe, expect, test } from '@jest/globals';
import { answerJson, type Handler } from '../support/broker-server.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { shownBy, startBrokerWorld, startFollowing, stopBrokers } from '../support/agent/broker-world.ts';

afterEach(async () => {
  await stopBrokers();
  removeFolders();
});

describe('a broker that makes no sense', () => {
  const bodies: readonly (readonly [string, Handler, RegExp])[] = [
    [
      'answers with no JSON',
      (_, response) => response.end('<html>'),
      /sent an answer that this version does not understand$/,
    ],
    [
      'answers with less than was asked for',
      (_, response) => response.end('{"results":[]}'),
      /sent an answer that this version does not understand$/,
    ],
    [
      'answers with 10 MiB',
      (_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, ' ')),
      /sent an answer of more than 1404096 bytes$/,
    ],
    [
      'redirects',
      (_, response) => response.writeHead(307, { location: 'https://evil' }).end(),
      /answered with a redirect \(HTTP 307\), which is not followed$/,
    ],
    ['fails without a word', (_, response) => response.writeHead(500).end('hunter2'), /answered HTTP 500$/],
    [
      'denies',
      (_, response) => {
        answerJson(response, 403, { error: { code: 'denied', message: 'no rule' } });
      },
      /says: no rule$/,
    ],
  ];

  test.each(bodies)('%s: the start says so', async (_what, handler, message) => {
    const { broker, run, wait } = await startBrokerWorld();
    broker.handler = handler;
    const running = await run();
    const shown = (): ReturnType<typeof shownBy> => shownBy(running);
    await wait(() => shown().error !== null, 'the error');
    expect(shown().error?.message).toMatch(message);
    expect(JSON.stringify(running.agent.status())).not.toContain('hunter2');
  });

  test.each([
    ['a line without an end', 'x'.repeat(3 * 1024 * 1024), /sent a line in its feed that is too long$/],
    [
      'a line that is no event',
      '{"event":"joke"}\n',
      /sent a line in its feed that this version does not understand$/,
    ],
    [
      'an index that is nobody',
      '{"event":"same","indexes":[0,7]}\n',
      /told in its feed of what was not asked for$/,
    ],
    [
      'another beginning',
      '{"event":"open","endsInSeconds":3}\n',
      /did not begin its feed with the line that opens it$/,
    ],
    [
      'bytes that are not Base64',
      '{"event":"secret","index":0,"secret":{"bytes":"???"}}\n',
      /told in its feed of what was not asked for$/,
    ],
  ])('a feed with %s is left, and the next one is as good as ever', async (_what, text, message) => {
    const { broker, wait, file, lines } = await startFollowing();
    broker.feed.write(text);
    await wait(() => broker.feeds.length === 2, 'the next feed');
    expect(lines.map(({ text }) => text)).toContainEqual(expect.stringMatching(message));
    broker.set('shared/db', 'two');
    await wait(() => file() === 'two', 'the rotation');
  });
});
