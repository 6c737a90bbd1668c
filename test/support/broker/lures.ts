import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';
import { Listener } from '../../emulators/shared/listener.ts';

/** A server that sends everybody on, whatever they ask; it remembers what it was sent. */
export class Lure implements AsyncDisposable {
  readonly received: string[] = [];
  readonly #listener: Listener;

  private constructor(
    to: { readonly status: number; readonly location: string },
    certificate: ServerCertificate,
  ) {
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { method = '', url = '', headers } = request;
      this.received.push(`${method} ${url}\n${JSON.stringify(headers)}\n${await text(request)}`);
      response.writeHead(to.status, { location: to.location }).end();
    };
    this.#listener = new Listener(
      (request, response) => {
        // Who asks has gone.
        answer(request, response).catch(() => response.destroy());
      },
      { host: '127.0.0.1', port: 0 },
      certificate,
    );
  }

  static async start(
    to: { readonly status: number; readonly location: string },
    certificate: ServerCertificate,
  ): Promise<Lure> {
    const lure = new Lure(to, certificate);
    await lure.#listener.open();
    return lure;
  }

  get server(): string {
    return `https://127.0.0.1:${this.#listener.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
  }
}

/** A port where nobody has any business. It counts who connects, in whichever protocol: nobody should. */
export class Trap implements AsyncDisposable {
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
  }

  static async start(): Promise<Trap> {
    const trap = new Trap();
    // All of this machine's addresses of IPv4, as 0.0.0.0 leads to any.
    trap.#server.listen(0, '0.0.0.0');
    await once(trap.#server, 'listening');
    return trap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
