import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { gateConnections } from './connections.ts';

export interface HandshakeLimits {
  /** Under way at a time. */
  readonly atATime: number;
  /** Connections that may wait for their turn; further ones are cut. */
  readonly waiting: number;
  /** How long one may wait, in milliseconds: less than agents give a connection, or the work would be for nobody. */
  readonly patience: number;
}

/** A handshake takes 2 to 3 ms of one core: those that are under way at a time are done long before their time is over. */
const defaultLimits: HandshakeLimits = { atATime: 64, waiting: 12_000, patience: 3_500 };

/** The same for a connection and for the TLS socket on it. */
const peerOf = ({ remoteAddress, remotePort }: Socket): string =>
  `${remoteAddress ?? ''} ${remotePort ?? ''}`;

interface Waiting {
  readonly socket: Socket;
  /** Monotonic. */
  readonly since: number;
  readonly begin: () => void;
}

/**
 * Lets connections begin their TLS handshake in turns. When thousands of agents come back at once, all handshakes together take longer than
 * any agent waits for one: begun all together they would all be given up, and begun anew. In turns those at the head of the line are served,
 * and who has waited for too long is cut before any work was done for them; agents come again after a pause that grows.
 */
class Handshakes {
  readonly #limits: HandshakeLimits;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  /** What is to be called when a handshake is over, by the peer. */
  readonly #endings = new Map<string, () => void>();
  #underWay = 0;

  constructor(clock: Clock, limits: HandshakeLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  admit(socket: Socket, begin: () => void): void {
    if (this.#underWay < this.#limits.atATime) this.#begin(begin, socket);
    else if (this.#waiting.length < this.#limits.waiting)
      this.#waiting.push({ socket, since: this.#clock.monotonic(), begin });
    else socket.destroy();
  }

  /** A connection is secure. */
  end(socket: Socket): void {
    this.#endings.get(peerOf(socket))?.();
  }

  #begin(begin: () => void, socket: Socket): void {
    this.#underWay += 1;
    const peer = peerOf(socket);
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#endings.delete(peer);
      this.#underWay -= 1;
      this.#next();
    };
    socket.once('close', over);
    this.#endings.set(peer, over);
    begin();
  }

  #next(): void {
    const { atATime, patience } = this.#limits;
    while (this.#underWay < atATime) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { socket, since, begin } = next;
      if (this.#clock.monotonic() - since > patience) socket.destroy();
      else if (!socket.destroyed) this.#begin(begin, socket);
    }
  }
}

/** Has a server begin TLS handshakes in turns. To be called before it listens. */
export const takeHandshakesInTurns = (
  server: Server,
  clock: Clock,
  limits: HandshakeLimits = defaultLimits,
): void => {
  const handshakes = new Handshakes(clock, limits);
  gateConnections(server, (socket, begin) => {
    handshakes.admit(socket, begin);
  });
  server.on('secureConnection', (socket) => {
    handshakes.end(socket);
  });
};
