import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import { pause } from '../kube/backoff.ts';

/** A server that can be closed whatever its callers do. */
export interface Closing {
  /** Takes no new connections and lets requests end; what is open after `milliseconds` is cut. */
  close(milliseconds: number): Promise<void>;
}

/**
 * Follows a server's connections from their first byte on; to be called before it listens. A server that closes waits for each of
 * them, also for callers that never shook hands or never end their request, and would keep the process from ending.
 */
export const followConnections = (
  app: { readonly server: Server; readonly close: FastifyInstance['close'] },
  clock: Clock,
): Closing => {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const cut = async (milliseconds: number, closed: AbortSignal): Promise<void> => {
    if (!(await pause(clock, milliseconds, closed))) return;
    for (const socket of open) socket.destroy();
  };
  return {
    close: async (milliseconds) => {
      const closed = new AbortController();
      const cutting = cut(milliseconds, closed.signal);
      await app.close();
      closed.abort();
      await cutting;
    },
  };
};
