import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Result } from '../../lib/result.ts';
import { parseFlags } from '../../webhook/flags.ts';
import { runWebhook } from '../../webhook/run.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

let folder: string;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let stop: AbortController;
let ended: Result<void, readonly string[]> | undefined;
let running: Promise<void>;

const portOf = (text: string): number => {
  const { address } = logged.lines.find((line) => line.text === text)?.fields as { address: string };
  return Number(new URL(address).port);
};
const admissionPort = (): number => portOf('the admission server listens');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-shutdown-'));
  clock = new ManualClock();
  logged = logLines();
  stop = new AbortController();
  ended = undefined;
  const flags = ['--port=0', '--admin-port=0', '--shutdown-delay=15s', `--manifests=${folder}`];
  const config = parseFlags(flags);
  if (!config.ok) throw new Error(config.error.join('\n'));
  const replica = { namespace: 'keyferry-system', podUid: 'f3a1c5e2-0000-4000-8000-000000000001' };
  running = runWebhook({
    config: config.value,
    replica,
    clock,
    random: () => 0.5,
    log: logged.log,
    signal: stop.signal,
  }).then((result) => {
    ended = result;
  });
  await until(() => logged.lines.some(({ text }) => text === 'the admission server listens'));
});
afterEach(async () => {
  stop.abort();
  await untilAdvancing(clock, () => ended !== undefined);
  await running;
  await rm(folder, { recursive: true });
});

const askToEnd = async (): Promise<void> => {
  stop.abort();
  await until(() => logged.lines.some(({ text }) => text.startsWith('asked to end')));
};

const silent = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .resume();
  await once(socket, 'connect');
  return socket;
};

const unfinished = async (text: string): Promise<Socket> => {
  const socket = connectTls({ port: admissionPort(), host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('error', () => undefined).resume();
  await once(socket, 'secureConnect');
  socket.write(text);
  return socket;
};

test('a signal ends the webhook, whatever callers hold open', async () => {
  const sockets = [
    await silent(admissionPort()),
    await silent(portOf('the admin server listens')),
    await unfinished('POST /mutate HTTP/1.1\r\nhost: x\r\n'),
    await unfinished(
      'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ),
  ];
  // Not `once`: who is cut off in the middle may hear of it as an error.
  const cut = Promise.all(
    sockets.map(async (socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  await askToEnd();
  await clock.advance(14_999);
  expect(ended).toBeUndefined();
  await untilAdvancing(clock, () => ended !== undefined);
  expect(ended).toEqual({ ok: true, value: undefined });
  expect(clock.monotonic()).toBeLessThan(20_000);
  await cut;
});

test('readyz says no from the signal on, livez goes on', async () => {
  const admin = `http://127.0.0.1:${portOf('the admin server listens')}`;
  const statusOf = async (path: string): Promise<number> => (await fetch(`${admin}${path}`)).status;
  expect([await statusOf('/readyz'), await statusOf('/livez')]).toEqual([200, 200]);
  await askToEnd();
  expect([await statusOf('/readyz'), await statusOf('/livez')]).toEqual([503, 200]);
});
