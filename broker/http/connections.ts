import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Takes a connection before anything of it is read; `pass` hands it on, now or later. */
export type Gate = (socket: Socket, pass: () => void) => void;

/** Puts a gate before all that listens for connections of a server; one that is put up later comes before it. To be called before it listens. */
export const gateConnections = (server: Server, gate: Gate): void => {
  const [next, ...others] = server.listeners('connection');
  if (next === undefined || others.length > 0)
    throw new Error('gates are put up before anybody else listens for connections');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    // A caller that resets a connection which nobody has taken yet is no reason to end.
    socket.on('error', () => undefined);
    gate(socket, () => {
      Reflect.apply(next, server, [socket]);
    });
  });
};

/** How many connections may be open. */
export interface ConnectionLimits {
  readonly total: number;
  /** From one address; undefined: where many pods may have the same. */
  readonly ofPeer: number | undefined;
}

/** Closes further connections of those who have as many as they may: no pod can take them all, whether or not it has a token. */
export const limitConnections = (server: Server, { total, ofPeer }: ConnectionLimits): void => {
  server.maxConnections = total;
  if (ofPeer === undefined) return;
  const open = new Map<string, number>();
  gateConnections(server, (socket, pass) => {
    const peer = socket.remoteAddress ?? '';
    const count = (open.get(peer) ?? 0) + 1;
    if (count > ofPeer) {
      socket.destroy();
      return;
    }
    open.set(peer, count);
    socket.once('close', () => {
      const left = (open.get(peer) ?? 1) - 1;
      if (left > 0) open.set(peer, left);
      else open.delete(peer);
    });
    pass();
  });
};
