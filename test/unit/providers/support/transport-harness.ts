import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import { afterEach, beforeAll } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import type { ProviderError } from '../../../../lib/provider-error.ts';
import {
  openTransport,
  type Transport,
  type TransportOptions,
} from '../../../../providers/http/transport.ts';
import { makeIdentity, startTestServer, type Identity, type TestServer } from './test-server.ts';

const closers: (() => unknown)[] = [];

/** Does `close` when the running test has ended. */
export const afterTest = (close: () => unknown): void => {
  closers.push(close);
};

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const trusted: { identity?: Identity } = {};
beforeAll(async () => {
  trusted.identity = await makeIdentity();
});

/** The certificate of servers that say no other, which transports that say no other trust. */
export const trustedIdentity = (): Identity => trusted.identity!;

/** A TLS server for the running test. */
export const start = async (listener: RequestListener, identity = trustedIdentity()): Promise<TestServer> => {
  const server = await startTestServer(listener, identity);
  afterTest(() => server.close());
  return server;
};

/** A server without TLS for the running test. */
export const startPlain = async (listener: RequestListener): Promise<TestServer> => {
  const server = await startTestServer(listener);
  afterTest(() => server.close());
  return server;
};

export const open = (options: Partial<TransportOptions> & { server: string }): Transport => {
  const opened = openTransport({ clock: systemClock, caBundle: trustedIdentity().cert, ...options });
  if (!opened.ok) throw new Error(opened.error.message);
  const transport = opened.value;
  afterTest(() => {
    transport.close();
  });
  return transport;
};

export const get = (
  transport: Transport,
  url: string,
  signal?: AbortSignal,
): ReturnType<Transport['request']> =>
  transport.request({ method: 'GET', url, headers: {}, ...(signal === undefined ? {} : { signal }) });

export const failure = async (transport: Transport, url: string): Promise<ProviderError> => {
  const outcome = await get(transport, url);
  if (outcome.ok) throw new Error(`expected a failure, got HTTP ${outcome.value.status}`);
  return outcome.error;
};

export const answering =
  (text: string): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json').end(text);
  };

/** A TCP server that is no HTTP server; gives `host:port`. */
export const startRaw = async (onSocket: (socket: Socket) => void): Promise<string> => {
  const sockets: Socket[] = [];
  const server = createNetServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
