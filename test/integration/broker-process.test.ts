import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Plan } from '../../lib/plan.ts';
import { BrokerPod, brokerPlan } from '../support/agent/broker-pod.ts';
import { startBroker, stopBrokers } from '../support/agent/broker-world.ts';
import { buildAgent, type Bundle } from '../support/agent/bundle.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { AgentProcess, killAgents, terminationMessageIn } from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

let bundle: Bundle;
beforeAll(() => {
  bundle = buildAgent();
});
afterAll(() => {
  bundle.remove();
});
afterEach(async () => {
  killAgents();
  await stopBrokers();
  removeFolders();
});

const start = (mode: string, { root }: BrokerPod, plan: Plan): AgentProcess =>
  new AgentProcess(mode, { root, plan, program: bundle.program });

const fileIn = ({ root }: BrokerPod): string | undefined => visibleFiles(`${root}/keyferry/secrets`)['db'];

describe('the agent as one file, through a broker', () => {
  test('hands over from init to refresh, follows rotations and ends cleanly', async () => {
    const broker = await startBroker();
    broker.documents.set('shared/db', 'one');
    const pod = new BrokerPod();
    const plan = brokerPlan(broker);
    expect(await start('init', pod, plan).exit()).toBe(0);
    expect(fileIn(pod)).toBe('one');
    const agent = start('refresh', pod, plan);
    await until(() => broker.feeds.length === 1, 'the feed');
    expect(broker.requests.map(({ path, keys }) => [path, keys])).toEqual([
      ['/v1/secrets', ['shared/db']],
      ['/v1/changes', ['shared/db']],
    ]);
    broker.set('shared/db', 'two');
    await until(() => fileIn(pod) === 'two', 'the rotation');
    expect(await agent.kill()).toBe(0);
    expect(agent.output + agent.errors).not.toMatch(/"(level)":"(warn|error)"/);
  });

  test('reads anew when the annotation force-sync has a new value', async () => {
    const broker = await startBroker();
    broker.documents.set('shared/db', 'one');
    const pod = new BrokerPod();
    const agent = start('run', pod, brokerPlan(broker));
    await agent.logged('ready');
    await until(() => broker.feeds.length === 1, 'the feed');
    broker.documents.set('shared/db', 'two');
    pod.forceSync('now');
    await until(() => fileIn(pod) === 'two', 'the new value');
    expect(broker.requests.at(-1)).toMatchObject({ path: '/v1/secrets', fresh: true });
  });

  test('says in `/status` that the store comes through the broker, and in its metrics what it asked', async () => {
    const broker = await startBroker();
    broker.documents.set('shared/db', 'one');
    const pod = new BrokerPod();
    const port = await freePort();
    const agent = start('run', pod, brokerPlan(broker, { plan: { port } }));
    await agent.logged('ready');
    const get = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const status = async (): Promise<unknown> =>
      (JSON.parse(await get('/status')) as { broker: unknown }).broker;
    const shared = { server: broker.url, stores: ['ClusterSecretStore/shared'] };
    await until(() => broker.feeds.length === 1, 'the feed');
    broker.set('shared/db', 'two');
    await until(() => fileIn(pod) === 'two', 'the rotation');
    expect(await status()).toEqual({ ...shared, feed: 'open' });
    await broker.stop();
    await agent.logged("the broker's feed is closed");
    expect(await status()).toEqual({ ...shared, feed: 'closed' });
    const metrics = await get('/metrics');
    for (const operation of ['secrets', 'changes'])
      expect(metrics).toContain(
        `keyferry_provider_requests_total{provider="broker",operation="${operation}",outcome="ok"} 1`,
      );
  });

  test('without the broker ends in time and says why', async () => {
    const broker = await startBroker();
    await broker.stop();
    const pod = new BrokerPod();
    const agent = start('run', pod, brokerPlan(broker, { plan: { startTimeoutSeconds: 1 } }));
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(pod.root)).toBe(
      [
        'Keyferry has no secrets after 1 s',
        `db (key "db" of ClusterSecretStore/shared): unavailable: the broker at ${broker.url.slice(8)} refused the connection`,
      ].join('\n'),
    );
  });
});
