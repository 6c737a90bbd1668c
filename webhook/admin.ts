import fastify, { type FastifyInstance } from 'fastify';
import type { WebhookMetrics } from './metrics.ts';

export interface AdminOptions {
  readonly metrics: WebhookMetrics;
  /** Whether admission requests are to be sent here. */
  readonly isReady: () => boolean;
}

/** The admin server, on a port of its own without TLS: `/livez`, `/readyz`, `/metrics`. */
export const buildAdmin = ({ metrics, isReady }: AdminOptions): FastifyInstance => {
  const app = fastify({ requestTimeout: 5000, bodyLimit: 1024 });
  app.get('/livez', () => 'ok\n');
  app.get('/readyz', (_request, reply) =>
    isReady() ? reply.send('ok\n') : reply.code(503).send('not ready\n'),
  );
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
};
