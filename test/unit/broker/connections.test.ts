import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gateConnections, limitConnections } from '../../../broker/http/connections.ts';
import { until } from '../../support/until.ts';

let server: Server;
let taken: Socket[];
const sockets: Socket[] = [];
beforeEach(() => {
  taken = [];
  // Nobody shakes hands here: what is refused is refused before that.
  server = createServer({});
  gateConnections(server, (socket) => taken.push(socket));
});
afterEach(() => {
  for (const socket of [...sockets.splice(0), ...taken]) socket.destroy();
  server.close();
});

const listen = async (ofPeer: number | undefined): Promise<void> => {
  limitConnections(server, { total: 6, ofPeer });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
};

const dial = (localAddress: string): Socket => {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
};

/** Connects and stays. */
const stay = async (localAddress: string): Promise<Socket> => {
  const before = taken.length;
  const socket = dial(localAddress);
  await until(() => taken.length > before, 'the connection');
  return socket;
};

/** Connects, and finds itself cut without a word. */
const expectCut = async (localAddress: string): Promise<void> => {
  const before = taken.length;
  const socket = dial(localAddress);
  const closed = once(socket, 'close');
  expect(await text(socket).catch(() => '')).toBe('');
  await closed;
  expect(taken).toHaveLength(before);
};

describe('connections of one address', () => {
  test('further ones are cut at once, and others are served', async () => {
    await listen(2);
    await stay('127.0.0.1');
    await stay('127.0.0.1');
    for (let round = 0; round < 20; round += 1) await expectCut('127.0.0.1');
    await stay('127.0.0.2');
    await stay('127.0.0.2');
    await expectCut('127.0.0.2');
  });

  test('one that has ended makes room for one', async () => {
    await listen(2);
    const [first] = [await stay('127.0.0.1'), await stay('127.0.0.1')];
    await expectCut('127.0.0.1');
    first.resetAndDestroy();
    await until(() => taken.some(({ destroyed }) => destroyed), 'the end of the first');
    await stay('127.0.0.1');
    await expectCut('127.0.0.1');
  });

  test('may be all where many pods may have the same address; more than all are cut', async () => {
    await listen(undefined);
    for (let round = 0; round < 6; round += 1) await stay('127.0.0.1');
    await expectCut('127.0.0.1');
  });

  test('a gate that comes too late is no gate', () => {
    server.on('connection', () => undefined);
    expect(() => {
      limitConnections(server, { total: 6, ofPeer: 1 });
    }).toThrow('gates are put up before anybody else listens for connections');
  });
});
