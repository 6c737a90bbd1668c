import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokerCaller, textOf } from '../support/broker/caller.ts';
import { OutageWorld } from '../support/broker/outage-world.ts';

/**
 * Three brokers as processes and fifty agents on one secret. Brokers, all of them and the API server go away and come back, while a reader looks at
 * every agent's files all the time.
 */
const replicas = 3;
const agents = 50;
const patience = 300_000;
const second = 1_000;

/**
 * How often one replica may look at the secret in so many milliseconds: every 10 s, the shortest interval; once for a start, and once for what was
 * under way. And once a second while agents come to it with other values than it has: they are all there within a few seconds of a kill.
 */
const mostLooks = (milliseconds: number, kills: number): number =>
  Math.ceil(milliseconds / (10 * second)) + 2 + 5 * kills;

/** However many agents came to a replica, it hardly asked Vault more often than in quiet times. */
const expectNoStorm = (world: OutageWorld, since: number, kills: number): void => {
  const most = mostLooks(Date.now() - since, kills);
  for (const { metadata, data } of world.looks(since)) {
    expect(metadata).toBeLessThanOrEqual(most);
    // A value is read where a look has shown another version.
    expect(data).toBeLessThanOrEqual(Math.min(metadata + 2, most));
  }
};

let world: OutageWorld;
beforeAll(async () => {
  world = await OutageWorld.start(replicas, agents);
}, patience);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
}, patience);

describe('three brokers, fifty agents', () => {
  test('at the start one read of each replica serves everybody', () => {
    expect(world.looks().map(({ data }) => data)).toEqual(Array(replicas).fill(1));
  });

  test(
    'brokers are killed and replaced in turn while the secret rotates',
    async () => {
      const began = Date.now();
      world.rotate();
      await world.everybodyFollows();
      for (let turn = 0; turn < replicas; turn += 1) {
        await world.kill();
        await world.add();
        await world.everybodyFollows();
      }
      await world.settle();
      expect(world.wrong).toEqual([]);
      expectNoStorm(world, began, replicas);
    },
    patience,
  );

  test(
    'all brokers are away for a while',
    async () => {
      while (world.replicas.length > 0) await world.kill();
      await world.set('while-away');
      await delay(5 * second);
      expect(world.wrong).toEqual([]);
      const began = Date.now();
      await Promise.all(Array.from({ length: replicas }, () => world.add()));
      await world.everybodyHas('while-away');
      expect(world.wrong).toEqual([]);
      // All agents come to new replicas, with a value from before.
      expectNoStorm(world, began, 1);
    },
    patience,
  );

  test(
    'the API server is away for a while: those who are known are served, and told of what is new',
    async () => {
      const { api, service } = world.cluster;
      const [pod] = world.pods;
      const caller = new BrokerCaller(service.port, pod?.token);
      const ask = async (): Promise<string> => {
        const read = { store: { kind: 'ClusterSecretStore', name: 'shared' }, key: 'payments/db' } as const;
        return textOf((await caller.read(read)).results[0]);
      };
      expect(await ask()).toContain('while-away');
      // Who has none by then can only come back when the API server does.
      await world.everybodyListens();
      api.fault = () => ({ kind: 'drop' });
      api.dropWatches();
      await world.set('without-api');
      await world.everybodyHas('without-api');
      expect(await ask()).toContain('without-api');
      expect(world.wrong).toEqual([]);
      api.fault = () => undefined;
      await world.set('with-api');
      await world.everybodyHas('with-api');
      expect(world.wrong).toEqual([]);
      caller.close();
    },
    patience,
  );
});
