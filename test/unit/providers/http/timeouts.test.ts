import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../../support/manual-clock.ts';
import { until } from '../../../support/until.ts';
import { answering, get, open, start, startRaw } from '../support/transport-harness.ts';

describe('time', () => {
  const timedOut = async (clock: ManualClock, pending: Promise<unknown>, milliseconds: number) => {
    let settled = false;
    const settling = pending.finally(() => {
      settled = true;
    });
    await clock.advance(milliseconds - 1);
    expect(settled).toBe(false);
    await clock.advance(1);
    return settling;
  };

  test('a server that takes the connection and does not speak TLS', async () => {
    const clock = new ManualClock();
    const accepted = Promise.withResolvers<undefined>();
    const server = await startRaw(() => {
      accepted.resolve(undefined);
    });
    const pending = get(open({ server: `https://${server}`, clock }), `https://${server}`);
    await accepted.promise;
    expect(await timedOut(clock, pending, 5_000)).toEqual({
      ok: false,
      error: { code: 'timeout', message: `${server} did not complete a connection within 5 s` },
    });
  });

  test('a server that does not answer', async () => {
    const clock = new ManualClock();
    const arrived = Promise.withResolvers<unknown>();
    const server = await start(arrived.resolve);
    const transport = open({ server: server.url, clock, timeouts: { headers: 7_000 } });
    const pending = get(transport, server.url);
    await arrived.promise;
    expect(await timedOut(clock, pending, 7_000)).toEqual({
      ok: false,
      error: { code: 'timeout', message: `127.0.0.1:${server.port} sent no answer within 7 s` },
    });
  });

  test('a server that never comes to the end of its answer', async () => {
    const clock = new ManualClock();
    const server = await start((_request, response) => {
      response.write('{');
    });
    const transport = open({ server: server.url, clock, timeouts: { headers: 1_000 } });
    const pending = get(transport, server.url);
    // The head is there: what is waited for next is the whole.
    await until(() => clock.untilNext() === 10_000, 'the head of the answer');
    expect(await timedOut(clock, pending, 10_000)).toEqual({
      ok: false,
      error: { code: 'timeout', message: `127.0.0.1:${server.port} did not complete its answer within 10 s` },
    });
  });

  test('nothing waits on after an answer', async () => {
    const clock = new ManualClock();
    const server = await start(answering('{}'));
    await get(open({ server: server.url, clock }), server.url);
    expect(clock.untilNext()).toBeUndefined();
  });

  test('the caller can cancel, beforehand or while waiting', async () => {
    const arrived = Promise.withResolvers<unknown>();
    const server = await start(arrived.resolve);
    const transport = open({ server: server.url });
    const controller = new AbortController();
    const pending = get(transport, server.url, controller.signal);
    await arrived.promise;
    controller.abort();
    const cancelled = {
      ok: false,
      error: { code: 'timeout', message: `the request to 127.0.0.1:${server.port} was cancelled` },
    };
    expect(await pending).toEqual(cancelled);
    expect(await get(transport, server.url, controller.signal)).toEqual(cancelled);
  });
});
