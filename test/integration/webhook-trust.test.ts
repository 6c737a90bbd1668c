import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { externalSecret, platformStore } from '../support/broker/in-process-broker.ts';
import { makeBundle, WebhookProcesses } from '../support/webhook-processes.ts';

const install = `credentials:
  - name: vault
    servers: ['https://vault.example:8200']
`;

/** Like `until`, for processes that start and take turns: on a busy machine that takes longer. */
const eventually = async (condition: () => boolean, what: string): Promise<void> => {
  const end = Date.now() + 40_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await delay(20);
  }
};

const namespace = (name: string): { apiVersion: string; kind: string; metadata: { name: string } } => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

let one: string;
let two: string;
let webhooks: WebhookProcesses;

beforeAll(async () => {
  [one, two] = [await makeBundle(1), await makeBundle(2)];
});

const open = async (): Promise<void> => {
  webhooks = await WebhookProcesses.open(install);
  webhooks.api.apply(
    namespace('payments'),
    namespace('hr'),
    platformStore(),
    externalSecret('db', 'payments', 'payments/db'),
  );
  webhooks.writeTrust(one);
};

describe('a webhook with a broker, as a process with the rights of deploy/base', () => {
  beforeAll(async () => {
    await open();
    await webhooks.start('first');
  }, 60_000);
  afterAll(() => webhooks.close());

  test('copies the certificates to where pods may need them, and nowhere else', async () => {
    await eventually(() => webhooks.trustIn('payments') === one, 'the copy');
    await eventually(() => webhooks.isNoted(one), 'the note');
    expect(webhooks.trustIn('hr')).toBeUndefined();
    expect(webhooks.trustIn('default')).toBeUndefined();
  }, 60_000);

  test('puts the certificates of the broker into plans', async () => {
    const answer = await webhooks.create('api', 'payments', 'payments/db');
    expect(answer).toEqual({ status: 201, message: '', trust: one });
  }, 60_000);

  test('refuses what no ExternalSecret names, and goes by one that is applied with the pod', async () => {
    const refused = await webhooks.create('early', 'hr', 'hr/db');
    expect(refused.status).not.toBe(201);
    expect(refused.message).toContain('no ExternalSecret of namespace hr names it for this store');
    const answer = webhooks.create('api', 'hr', 'hr/db');
    await delay(100);
    webhooks.api.apply(externalSecret('db', 'hr', 'hr/db'));
    expect(await answer).toEqual({ status: 201, message: '', trust: one });
    await eventually(() => webhooks.trustIn('hr') === one, 'the copy');
  }, 60_000);

  test('admits the first pod of a new namespace at once, with the trust in its plan', async () => {
    webhooks.api.apply(namespace('shop'), externalSecret('db', 'shop', 'shop/db'));
    const answer = await webhooks.create('api', 'shop', 'shop/db');
    expect(answer).toEqual({ status: 201, message: '', trust: one });
    await eventually(() => webhooks.trustIn('shop') === one, 'the copy');
  }, 60_000);

  test('follows the certificates, in copies and in plans', async () => {
    webhooks.writeTrust(two);
    await eventually(() => webhooks.trustIn('payments') === two, 'the copy');
    await eventually(() => webhooks.isNoted(two), 'the note');
    expect((await webhooks.create('later', 'payments', 'payments/db')).trust).toBe(two);
  }, 60_000);

  test('puts right what somebody writes into a copy', async () => {
    webhooks.writeTrust('theirs', 'payments');
    await eventually(() => webhooks.trustIn('payments') === two, 'the repair');
  }, 60_000);

  test('goes by the file of what the broker may use when it changes', async () => {
    webhooks.writeInstall('credentials: []\n');
    let answer = await webhooks.create('without', 'payments', 'payments/db');
    for (let count = 0; answer.status === 201 && count < 100; count += 1) {
      await delay(200);
      answer = await webhooks.create(`without-${count}`, 'payments', 'payments/db');
    }
    expect(answer.message).toContain('vault');
    expect(webhooks.trustIn('payments')).toBe(two);
  }, 60_000);

  test('is never told that it may not do something', () => {
    expect(webhooks.forbidden).toEqual([]);
    expect(webhooks.api.secretAccesses).toEqual([]);
  });
});

describe('two webhooks that keep no status', () => {
  afterEach(() => webhooks.close());

  test('copy as well, one after the other', async () => {
    await open();
    await webhooks.start('first', '--status=off');
    await eventually(() => webhooks.isNoted(one), 'the note');
    expect(webhooks.leader).toBe('first');
    await webhooks.start('second', '--status=off');
    await webhooks.stop('first');
    webhooks.writeTrust(two);
    await eventually(() => webhooks.trustIn('payments') === two, 'the copy of the next');
    await eventually(() => webhooks.isNoted(two), 'the note of the next');
    expect(webhooks.leader).toBe('second');
    expect(webhooks.forbidden).toEqual([]);
    const patched = webhooks.api.requests.filter(({ path }) => path.endsWith('/status'));
    expect(patched).toEqual([]);
  }, 120_000);
});
