import { once } from 'node:events';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { Readable } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../lib/clock.ts';
import { objectCache } from '../../lib/kube/object-cache.ts';
import { silentLogger } from '../../lib/log.ts';
import { defaultSettings } from '../../webhook/core/settings.ts';
import { createMetrics } from '../../webhook/metrics.ts';
import { buildServer, type ServerTimeouts } from '../../webhook/server.ts';
import { fixedCertificate } from '../support/golden-admission.ts';

/** Short, so that nobody waits long for them; how much longer the other one is shows which of the two it was, on a busy machine too. */
const shortForHeads = { headers: 300, request: 20_000, lookEvery: 50 };
const shortForBodies = { headers: 300, request: 900, lookEvery: 50 };
/** Longer than that takes on a busy machine, shorter than the test. */
const inTime = 15_000;
/** For clients that are not slow, on whatever machine. */
const patient = { headers: 30_000, request: 60_000, lookEvery: 1_000 };
const mebibyte = 2 ** 20;

let server: ReturnType<typeof buildServer>;
let port: number;

const startServer = async (limits: ServerTimeouts): Promise<void> => {
  server = buildServer({
    cache: objectCache([], systemClock),
    settings: defaultSettings,
    certificate: fixedCertificate,
    metrics: createMetrics(),
    clock: systemClock,
    log: silentLogger,
    timeouts: limits,
  });
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
};

afterEach(async () => {
  await server.close();
});

const open = async (): Promise<TLSSocket> => {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket.on('error', () => undefined);
};

/** What the server says until it closes the connection, and how long that takes. */
const untilClosed = async (socket: TLSSocket): Promise<{ said: string; milliseconds: number }> => {
  const started = performance.now();
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // Not `once`: who still writes is cut off with an error, which ends the connection as well.
  await new Promise((resolve) => socket.once('close', resolve));
  return { said, milliseconds: performance.now() - started };
};

describe('a client that is slow', () => {
  describe('with the head of its request', () => {
    beforeEach(() => startServer(shortForHeads));

    test('is cut off in time', async () => {
      const socket = await open();
      socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\n');
      const { said, milliseconds } = await untilClosed(socket);
      expect(said).toMatch(/^HTTP\/1\.1 408 /u);
      expect(milliseconds).toBeLessThan(inTime);
    });

    test('one line after the other, is cut off all the same', async () => {
      const socket = await open();
      socket.write('POST /validate HTTP/1.1\r\n');
      const drip = setInterval(() => socket.write('x-a: b\r\n'), 20);
      socket.once('close', () => {
        clearInterval(drip);
      });
      const { milliseconds } = await untilClosed(socket);
      expect(milliseconds).toBeLessThan(inTime);
    });

    test('to shake hands, is cut off in time', async () => {
      const started = performance.now();
      const socket = connectPlain(port, '127.0.0.1')
        .on('error', () => undefined)
        .resume();
      await new Promise((resolve) => socket.once('close', resolve));
      expect(performance.now() - started).toBeLessThan(inTime);
    });
  });

  describe('with the body of its request', () => {
    beforeEach(() => startServer(shortForBodies));

    test.each(['/mutate', '/validate'])('POST %s is cut off in time', async (path) => {
      const socket = await open();
      const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`;
      socket.write(head);
      const { milliseconds } = await untilClosed(socket);
      expect(milliseconds).toBeGreaterThan(shortForBodies.request - shortForBodies.lookEvery);
      expect(milliseconds).toBeLessThan(inTime);
    });
  });
});

/** Sends so many mebibytes, whatever the server says meanwhile, with their length said before or not. */
const send = async (mebibytes: number, saysLength: boolean): Promise<{ status: number; body: string }> => {
  const length = saysLength ? { 'content-length': mebibytes * mebibyte } : {};
  const outgoing = request({
    port,
    host: '127.0.0.1',
    path: '/validate',
    method: 'POST',
    rejectUnauthorized: false,
    agent: false,
    headers: { 'content-type': 'application/json', ...length },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const chunk = Buffer.alloc(mebibyte, 'x');
  Readable.from(Array<Buffer>(mebibytes).fill(chunk)).pipe(outgoing);
  const [response] = await answered;
  let body = '';
  for await (const chunk of response as AsyncIterable<Buffer>) body += chunk.toString();
  return { status: response.statusCode ?? 0, body };
};

describe('a body that is too large', () => {
  beforeEach(() => startServer(patient));

  test.each([
    ['a little, with its length', 9, true],
    ['a little, in chunks', 9, false],
    ['by far, with its length', 40, true],
    ['by far, in chunks', 40, false],
  ])('%s: the client reads the answer', async (_what, mebibytes, saysLength) => {
    for (let round = 0; round < 3; round += 1)
      expect(await send(mebibytes, saysLength)).toEqual({
        status: 413,
        body: '{"error":"Request body is too large"}',
      });
  });

  test('reaches a client that reads only when all is sent', async () => {
    const socket = await open();
    socket.pause();
    const length = 9 * mebibyte;
    const head = `POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    socket.write(head);
    const failure = await new Promise<Error | null | undefined>((resolve) => {
      socket.write(Buffer.alloc(length, 'x'), resolve);
    });
    expect(failure ?? undefined).toBeUndefined();
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    socket.resume();
    const [answer] = await answered;
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /u);
    socket.destroy();
  });
});

describe('a body that never ends', () => {
  beforeEach(() => startServer(shortForBodies));

  test('and is too large is cut off in time', async () => {
    const socket = await open();
    socket.write(
      'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n',
    );
    const { said, milliseconds } = await untilClosed(socket);
    expect(said).toMatch(/^HTTP\/1\.1 413 /u);
    expect(milliseconds).toBeLessThan(inTime);
  });
});
