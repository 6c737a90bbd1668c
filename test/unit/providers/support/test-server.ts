import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';

export interface Identity {
  readonly key: string;
  /** PEM; as a caBundle it makes the server trusted. */
  readonly cert: string;
}

interface IdentityOptions {
  readonly commonName?: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const day = 24 * 60 * 60 * 1000;

/** A self-signed leaf certificate; by default for localhost and 127.0.0.1, valid now. */
export const makeIdentity = async (options: IdentityOptions = {}): Promise<Identity> => {
  const { names = ['localhost'], addresses = ['127.0.0.1', '::1'] } = options;
  const pems = await generate([{ name: 'commonName', value: options.commonName ?? 'test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: options.notBefore ?? new Date(Date.now() - day),
    notAfterDate: options.notAfter ?? new Date(Date.now() + day),
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
};

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** Closes what is connected now, as a restart would. */
  disconnect(): void;
  close(): Promise<void>;
}

/** A real server on loopback; plain HTTP without an identity. */
export const startTestServer = async (
  listener: RequestListener,
  identity?: Identity,
): Promise<TestServer> => {
  const server: Server =
    identity === undefined ? createHttpServer(listener) : createHttpsServer({ ...identity }, listener);
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const disconnect = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    connections: () => accepted,
    disconnect,
    close: async () => {
      disconnect();
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
};
