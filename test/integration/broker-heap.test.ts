import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokerCaller } from '../support/broker/caller.ts';
import { BrokerProcesses, type BrokerReplica } from '../support/broker/broker-processes.ts';

/**
 * What is left of secrets in the broker, which runs as it is but for a signal that has it write a heap snapshot. A snapshot has the texts that can be
 * reached; bytes of Buffers are not in it.
 */
const patience = 120_000;
const store = { kind: 'ClusterSecretStore', name: 'shared' } as const;
const preload = join(import.meta.dirname, '..', 'support', 'broker', 'heap-on-signal.mjs');

const canary = (): string => randomBytes(48).toString('hex');
const followed = [canary(), canary(), canary()];
const readOnce = canary();
const all = [...followed, readOnce];

/** How a value may lie in the text of a snapshot, by name. */
const formsOf = (value: string): ReadonlyMap<string, string> =>
  new Map([
    ['plain', value],
    ['UTF-16', Buffer.from(value, 'utf16le').toString('latin1')],
    ...[0, 1, 2]
      .map((before) => {
        const base64 = Buffer.from(' '.repeat(before) + value).toString('base64');
        // Without the characters that what is around the value has a part in.
        return ['base64', base64.slice(before === 0 ? 0 : 4, -4)] as const;
      })
      .map(([name, text], index) => [`${name}, shifted by ${index}`, text] as const),
  ]);

const formsIn = (bytes: Buffer, value: string): readonly string[] =>
  [...formsOf(value)].flatMap(([name, form]) => (bytes.includes(form, 'latin1') ? [name] : []));

let cluster: BrokerProcesses;
let replica: BrokerReplica;
let caller: BrokerCaller;
const snapshots: PromiseWithResolvers<string>[] = [];

beforeAll(async () => {
  cluster = await BrokerProcesses.start({
    secrets: {
      ...Object.fromEntries(followed.map((value, index) => [`payments/${index}`, { password: value }])),
      'payments/once': { password: readOnce },
    },
  });
  replica = await cluster.add({
    command: [process.execPath, '--expose-gc', '--import', preload],
    onLine: (line) => {
      const [, file] = /^\{"heapSnapshot":"(.*)"\}$/.exec(line) ?? [];
      if (file !== undefined) snapshots.shift()?.resolve(file);
    },
  });
  const { token } = await cluster.pod('app');
  caller = new BrokerCaller(await replica.process.port, token);
}, patience);
afterAll(async () => {
  caller.close();
  await cluster[Symbol.asyncDispose]();
}, patience);

/** By canary: the forms of it that can be reached in the broker's heap. */
const reachable = async (): Promise<readonly (readonly string[])[]> => {
  const snapshot = Promise.withResolvers<string>();
  snapshots.push(snapshot);
  replica.process.signal('SIGUSR2');
  const file = await snapshot.promise;
  const bytes = readFileSync(file);
  rmSync(file);
  // It is one: names of the broker's own are in it.
  expect(bytes.includes('keyferry_broker_feeds')).toBe(true);
  return all.map((value) => formsIn(bytes, value));
};

describe('secrets in the memory of the broker', () => {
  test(
    'are there while somebody follows them, and cannot be reached any more some seconds after',
    async () => {
      const feed = await caller.feed(
        ...followed.map((_, index) => ({ store, key: `payments/${index}`, intervalSeconds: 10 })),
      );
      await feed.next('secret', followed.length);
      await caller.read({ store, key: 'payments/once' });
      const none: readonly string[] = [];
      expect((await reachable()).map((forms) => forms.length > 0)).toEqual(all.map(() => true));
      feed.cut();
      // What was read is kept for 10 s for those who come right after.
      await delay(13_000);
      expect(await reachable()).toEqual(all.map(() => none));
    },
    patience,
  );
});
