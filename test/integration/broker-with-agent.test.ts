import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Plan } from '../../lib/plan.ts';
import { BrokerPod, brokerPlan } from '../support/agent/broker-pod.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { AgentProcess, killAgents, terminationMessageIn } from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { InProcessBroker, platformStore } from '../support/broker/in-process-broker.ts';
import { until } from '../support/until.ts';

/** The agent and the broker as they are, which know each other by `lib/broker` alone. */

const clusters: InProcessBroker[] = [];
afterEach(async () => {
  killAgents();
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
  removeFolders();
});

interface World {
  readonly cluster: InProcessBroker;
  readonly pod: BrokerPod;
  readonly plan: Plan;
  readonly file: () => string | undefined;
}

const start = async (keys: readonly string[]): Promise<World> => {
  const cluster = await InProcessBroker.open({}, platformStore([{ keys: [...keys] }]));
  clusters.push(cluster);
  cluster.addPod('api');
  const pod = new BrokerPod(await cluster.token('api'));
  const plan = brokerPlan(cluster.address, { stores: ['platform'], sources: { db: {} } });
  return { cluster, pod, plan, file: () => visibleFiles(`${pod.root}/keyferry/secrets`)['db'] };
};

describe('an agent and the broker', () => {
  test('a rotation that the broker sees is in the file, over one feed', async () => {
    const { cluster, pod, plan, file } = await start(['*']);
    cluster.upstream.set('db', 'one');
    const agent = new AgentProcess('run', { root: pod.root, plan });
    await agent.logged('ready');
    expect(file()).toBe('one');
    await until(() => cluster.upstream.listening.size === 1, 'the feed');
    cluster.upstream.set('db', 'two');
    await until(() => file() === 'two', 'the rotation');
    expect(cluster.upstream.reads).toHaveLength(1);
    expect(cluster.broker.feeds.size).toBe(1);
    expect(await agent.kill()).toBe(0);
    await until(() => cluster.broker.feeds.size === 0, 'the end of the feed');
  });

  test('certificates that the broker tells of are kept for the next process', async () => {
    const { cluster, pod, plan } = await start(['*']);
    cluster.upstream.set('db', 'one');
    const agent = new AgentProcess('run', { root: pod.root, plan });
    await agent.logged('ready');
    await until(() => cluster.upstream.listening.size === 1, 'the feed');
    cluster.trust.set(plan.broker?.trust ?? '');
    const state = join(pod.root, 'keyferry/state/state.json');
    await until(() => readFileSync(state, 'utf8').includes('BEGIN CERTIFICATE'), 'what is kept');
    await agent.kill();
    const withoutTrust = { ...plan, broker: { ...plan.broker!, trust: '' } };
    new AgentProcess('run', { root: pod.root, plan: withoutTrust });
    await until(() => cluster.upstream.listening.size === 1, 'the next feed');
  });

  test('what no rule allows fails the start with the words of the broker', async () => {
    const { pod, plan } = await start(['other/*']);
    const agent = new AgentProcess('run', { root: pod.root, plan });
    expect(await agent.exit()).toBe(1);
    expect(terminationMessageIn(pod.root)).toMatch(
      /^db \(key "db" of ClusterSecretStore\/platform\): denied: /m,
    );
  });
});
