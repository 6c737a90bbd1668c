import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface AdminOptions {
  readonly registry: Registry;
  /** Whether requests are to be sent here. */
  readonly isReady: () => boolean;
}

/** The admin server of a program, on a port of its own without TLS: `/livez`, `/readyz`, `/metrics`. */
export const buildAdmin = ({ registry, isReady }: AdminOptions): FastifyInstance => {
  const app = fastify({ requestTimeout: 5000, bodyLimit: 1024 });
  app.get('/livez', () => 'ok\n');
  app.get('/readyz', (_request, reply) =>
    isReady() ? reply.send('ok\n') : reply.code(503).send('not ready\n'),
  );
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return app;
};
