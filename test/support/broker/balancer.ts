import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A Service in front of the broker's replicas: each new connection goes to the next of those that are there. */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #ports: readonly number[] = [];
  #next = 0;
  /** Connections that were taken so far. */
  connections = 0;

  private constructor() {
    this.#server = createServer((socket) => {
      this.#take(socket);
    });
  }

  static async start(): Promise<Balancer> {
    const balancer = new Balancer();
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whom connections go to from now on; those that are open stay where they are. */
  aim(ports: readonly number[]): void {
    this.#ports = ports;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(socket: Socket): void {
    this.connections += 1;
    const port = this.#ports[this.#next % Math.max(1, this.#ports.length)];
    this.#next += 1;
    if (port === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.setNoDelay(true);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
