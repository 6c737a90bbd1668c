import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * The network in front of a store: what a load balancer, a firewall or a cable does to connections, below TLS. It passes on
 * bytes and understands none of them.
 */
export class Front {
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;
  #port = 0;
  #target: number;
  readonly #home: number;
  #silent = false;

  private constructor(target: number) {
    this.#target = target;
    this.#home = target;
  }

  /** Opens a port that leads to another one of this machine. */
  static async open(target: number): Promise<Front> {
    const front = new Front(target);
    await front.#listen();
    return front;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are held open and hear nothing. */
  get heldConnections(): number {
    return [...this.#connections].filter(({ isSilent }) => isSilent).length;
  }

  /** Nobody listens any more; open connections end. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    this.#cut();
    await closed;
  }

  /** Connections are taken, and then nothing comes; as a host that has hung, or a firewall that drops packets. */
  silence(): void {
    this.#silent = true;
    this.#cut();
  }

  /** Somebody else answers here. */
  leadTo(port: number): void {
    this.#target = port;
    this.#cut();
  }

  /** Connections that are open now are reset when they are used next, as one that the server has closed meanwhile. */
  resetOnNextUse(): void {
    for (const connection of this.#connections) connection.isStale = true;
  }

  /** Ends every connection. */
  cut(): void {
    this.#cut();
  }

  /** All is as at the beginning. */
  async restore(): Promise<void> {
    this.#silent = false;
    this.#target = this.#home;
    this.#cut();
    if (this.#server === undefined) await this.#listen();
  }

  close(): Promise<void> {
    return this.refuse();
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => {
      const connection = new Connection(socket, this.#silent ? undefined : this.#target);
      this.#connections.add(connection);
      socket.once('close', () => this.#connections.delete(connection));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #cut(): void {
    for (const connection of this.#connections) connection.end();
  }
}

class Connection {
  isStale = false;
  readonly isSilent: boolean;
  readonly #socket: Socket;
  readonly #upstream: Socket | undefined;

  /** Passes bytes on to a port; without one it only holds the socket. */
  constructor(socket: Socket, target: number | undefined) {
    this.#socket = socket;
    this.isSilent = target === undefined;
    this.#upstream = target === undefined ? undefined : connect(target, '127.0.0.1');
    // Resets are what these connections are for; `close` follows.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#upstream?.destroy());
    this.#upstream?.on('error', () => undefined);
    this.#upstream?.once('close', () => {
      socket.destroySoon();
    });
    this.#upstream?.on('data', (chunk) => socket.write(chunk));
    socket.on('data', (chunk) => {
      if (this.isStale) socket.resetAndDestroy();
      else this.#upstream?.write(chunk);
    });
  }

  end(): void {
    this.#socket.destroy();
  }
}
