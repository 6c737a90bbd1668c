import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../broker/metrics.ts';
import type { BrokerOptions } from '../../broker/serve.ts';
import { openUpstream } from '../../broker/upstream/open.ts';
import { silentLogger } from '../../lib/log.ts';
import { InProcessBroker, platformStore } from '../support/broker/in-process-broker.ts';
import { readOf, textOf, type Answer, type BrokerCaller } from '../support/broker/caller.ts';
import { ScriptedBackend } from '../support/broker/scripted-backend.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const everything = platformStore([{ keys: ['*'] }]);

let cluster: InProcessBroker | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await cluster?.close();
  cluster = undefined;
});

const start = async (options: Partial<BrokerOptions>): Promise<InProcessBroker> =>
  (cluster = await InProcessBroker.open(options, everything));

describe('a pod that asks for credentials without end', () => {
  const key = 'database/creds/app';
  const message = 'too many credentials were made for this pod lately of this source';

  const askFreshly = (pod: BrokerCaller): Promise<Answer> =>
    pod.post('/v1/secrets', { version: 1, fresh: true, reads: [readOf(key)] });

  test('gets five, and then hears when the next one may be made; another pod is not concerned', async () => {
    const clock = new ManualClock();
    const backend = new ScriptedBackend({ clock, leasedBelow: 'database/' });
    const metrics = createMetrics();
    const { open } = backend;
    const record = metrics.cache;
    const upstream = openUpstream({ open, clock, random: () => 0, log: silentLogger, record });
    const broker = await start({ upstream, metrics });
    const pod = await broker.pod('web');
    for (let count = 1; count <= 5; count += 1)
      expect(textOf((await askFreshly(pod)).results[0])).toBe(`user ${count}`);
    await clock.advance(1_000);
    const answer = await askFreshly(pod);
    const error = { code: 'throttled', message, retryAfterMs: 4_000 };
    expect([answer.status, answer.results]).toEqual([200, [{ error }]]);
    // What is kept for the pod is told once more.
    expect(textOf((await pod.read(key)).results[0])).toBe('user 5');
    const other = await broker.pod('other');
    expect(textOf((await askFreshly(other)).results[0])).toBe('user 6');
    expect(await metrics.registry.metrics()).toContain('keyferry_broker_cache_total{outcome="throttled"} 1');
    expect(backend.readsOf(key)).toBe(6);
  });

  test('hears of it in its feed, and then of the new credential', async () => {
    const clock = new ManualClock();
    const backend = new ScriptedBackend({ clock, leasedBelow: 'database/' });
    const { open } = backend;
    const limits = { issuance: { ofSource: { perSecond: 1, burst: 1 }, ofPod: { perSecond: 1, burst: 9 } } };
    const common = { clock, random: () => 0, log: silentLogger, record: () => undefined, limits };
    const broker = await start({ upstream: openUpstream({ open, ...common }) });
    const pod = await broker.pod('web');
    const first = await pod.feed(key);
    expect(textOf(await first.next('secret'))).toBe('user 1');
    first.cut();
    await until(() => broker.broker.feeds.size === 0, 'the end of the feed');
    const second = await pod.feed(key);
    expect(await second.next('error')).toEqual({
      event: 'error',
      index: 0,
      error: { code: 'throttled', message, retryAfterMs: 1_000 },
    });
    await clock.advance(1_000);
    await clock.advance(50);
    expect(textOf(await second.next('secret'))).toBe('user 2');
  });
});

describe('a pod that holds connections open', () => {
  const limits = { connections: { total: 100, ofPeer: 3 } };

  /** Opens a connection from an address and says nothing. */
  const hold = async (port: number, localAddress: string): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };

  test('has further ones closed before TLS, while a pod of another address is served', async () => {
    const broker = await start({ limits });
    broker.upstream.set('db', 'hunter2');
    const other = await broker.pod('web', { addresses: ['127.0.0.3'] }, { localAddress: '127.0.0.3' });
    for (let count = 0; count < 3; count += 1) await hold(broker.port, '127.0.0.2');
    const further = await hold(broker.port, '127.0.0.2');
    await once(further.resume(), 'close');
    expect(further.bytesRead).toBe(0);
    expect(textOf((await other.read('db')).results[0])).toBe('hunter2');
  });

  test('has as many as there are where pods may share an address', async () => {
    const broker = await start({ limits, checkPeerAddress: false });
    broker.upstream.set('db', 'hunter2');
    for (let count = 0; count < 10; count += 1) await hold(broker.port, '127.0.0.1');
    const pod = await broker.pod('web');
    expect(textOf((await pod.read('db')).results[0])).toBe('hunter2');
  });
});
