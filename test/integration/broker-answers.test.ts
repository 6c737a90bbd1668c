import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBroker, externalSecret, platformStore } from '../support/broker/in-process-broker.ts';
import { readOf, type BrokerCaller } from '../support/broker/caller.ts';
import { ManualClock } from '../support/manual-clock.ts';

let clock: ManualClock;
let cluster: InProcessBroker;
let pod: BrokerCaller;
beforeEach(async () => {
  clock = new ManualClock(Date.now());
  cluster = await InProcessBroker.open(
    { clock, limits: { rate: { perSecond: 100, burst: 5_000 } } },
    platformStore(),
    externalSecret('db', 'payments', 'payments/db', 'payments/large'),
  );
  cluster.upstream.set('payments/db', 'hunter2');
  cluster.upstream.set('payments/large', 'x'.repeat(2 ** 20));
  pod = await cluster.pod('web');
});
afterEach(async () => {
  await cluster.close();
});

describe('an answer that nobody reads', () => {
  test('is cut after 30 s, and its room is for others again', async () => {
    const reads = Array.from({ length: 11 }, () => readOf('payments/large'));
    const body = JSON.stringify({ version: 1, fresh: false, reads });
    const response = await pod.send('/v1/secrets', body);
    response.on('error', () => undefined).socket.pause();
    expect(response.statusCode).toBe(200);
    const status = async (): Promise<number> => (await pod.post('/v1/secrets', body)).status;
    await clock.advance(29_999);
    expect(await status()).toBe(503);
    await clock.advance(1);
    expect(await status()).toBe(200);
  });
});

describe('how much a namespace may ask for', () => {
  test('is counted by secret, and not by request alone', async () => {
    const reads = Array.from({ length: 2_000 }, () => readOf('payments/db'));
    const ask = (): ReturnType<BrokerCaller['post']> =>
      pod.post('/v1/secrets', { version: 1, fresh: false, reads });
    const watch = (): ReturnType<BrokerCaller['post']> =>
      pod.post('/v1/changes', {
        version: 1,
        sources: reads.map((read) => ({ ...read, intervalSeconds: 10 })),
      });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const third = await ask();
    expect([third.status, third.message, third.headers['retry-after']]).toEqual([
      429,
      'the namespace payments asks too often',
      '11',
    ]);
    expect((await watch()).status).toBe(429);
    expect((await pod.read('payments/db')).status).toBe(200);
    await clock.advance(11_000);
    expect((await ask()).status).toBe(200);
  });
});
