import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { takeHandshakesInTurns, type HandshakeLimits } from '../../../broker/http/handshakes.ts';
import { makeCertificate } from '../../../certs/self-signed.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

interface Game {
  readonly clock: ManualClock;
  /** Connects and says nothing: its handshake does not end. Resolves when the server has the connection. */
  readonly hang: () => Promise<Socket>;
  /** A request over a connection of its own: what came of it. */
  readonly ask: () => Promise<string>;
}

const play = async (limits: HandshakeLimits): Promise<Game> => {
  const { keyPem, certificatePem } = await makeCertificate({
    dnsNames: ['localhost'],
    podUid: 'uid',
    lifetimeMilliseconds: 3_600_000,
    now: Date.now(),
  });
  const clock = new ManualClock();
  const server: Server = createServer(
    { key: keyPem.reveal(), cert: certificatePem },
    (_request, response) => {
      response.end('served');
    },
  );
  takeHandshakesInTurns(server, clock, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const arrival = (): Promise<unknown> => once(server, 'connection');
  return {
    clock,
    hang: async () => {
      const arrived = arrival();
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      closers.push(() => socket.destroy());
      await arrived;
      return socket;
    },
    ask: async () => {
      const arrived = arrival();
      const asked = new Promise<string>((resolve) => {
        const options = {
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          ca: certificatePem,
          agent: false,
        };
        request(options, (response) => {
          response.resume();
          resolve(`HTTP ${response.statusCode ?? 0}`);
        })
          .on('error', () => {
            resolve('cut');
          })
          .end();
      });
      await arrived;
      return asked;
    },
  };
};

test('who waits is served when a handshake before it is over, however that ended', async () => {
  const { hang, ask } = await play({ atATime: 1, waiting: 10, patience: 1_000 });
  const first = await hang();
  const asked = [ask(), ask()];
  first.destroy();
  expect(await Promise.all(asked)).toEqual(['HTTP 200', 'HTTP 200']);
});

test('those that are served keep nobody waiting', async () => {
  const { ask } = await play({ atATime: 1, waiting: 0, patience: 1_000 });
  for (let round = 0; round < 3; round += 1) expect(await ask()).toBe('HTTP 200');
});

test('who would have to wait behind too many is cut at once', async () => {
  const { hang, ask } = await play({ atATime: 1, waiting: 1, patience: 1_000 });
  await hang();
  await hang();
  expect(await ask()).toBe('cut');
});

test('who has waited for too long is cut, and costs no handshake', async () => {
  const { hang, ask, clock } = await play({ atATime: 1, waiting: 10, patience: 1_000 });
  const first = await hang();
  const late = await hang();
  const ended = once(late.resume(), 'close');
  await clock.advance(1_001);
  const asked = ask();
  first.destroy();
  expect(await asked).toBe('HTTP 200');
  await ended;
});

test('who resets the connection while waiting is gone, and nothing else comes of it', async () => {
  const { hang, ask } = await play({ atATime: 1, waiting: 10, patience: 1_000 });
  const first = await hang();
  const second = await hang();
  second.resetAndDestroy();
  // Time for the reset to come.
  await new Promise((resolve) => setImmediate(resolve));
  const asked = ask();
  first.destroy();
  expect(await asked).toBe('HTTP 200');
});
