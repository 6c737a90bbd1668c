import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '../../lib/log.ts';
import { systemErrorCode } from '../publish/file-system.ts';
import { answer, type HttpView } from './routes.ts';

export interface HttpServerOptions {
  readonly port: number;
  readonly view: HttpView;
  readonly log: Logger;
}

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 8 * 1024,
};
const mostConnections = 64;

const respond = async (view: HttpView, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { status, type, body, headers } = await answer(view, {
    method: request.method ?? '',
    url: request.url ?? '',
    peer: request.socket.remoteAddress,
  });
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

/**
 * Serves the agent's HTTP endpoints on all interfaces (IPv6 and IPv4 where the pod has both). A port that cannot be bound is a
 * warning: secrets matter more than metrics. Resolves once it listens or has given up.
 */
export const startHttpServer = ({ port, view, log }: HttpServerOptions): Promise<Server> => {
  const server = createServer(limits, (request, response) => {
    respond(view, request, response).catch((error: unknown) => {
      log.error(
        { error: error instanceof Error ? error.name : 'unknown' },
        'a request could not be answered',
      );
      response.destroy();
    });
  });
  server.maxConnections = mostConnections;
  return new Promise((resolve) => {
    server.on('error', (error) => {
      log.warn({ port, code: systemErrorCode(error) }, 'the port cannot be served; going on without it');
      resolve(server);
    });
    // Without a host Node takes `::`, which serves both families, and 0.0.0.0 where there is no IPv6.
    server.listen(port, () => {
      resolve(server);
    });
  });
};
