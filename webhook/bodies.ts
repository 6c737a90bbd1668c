import type { Server as HttpsServer } from 'node:https';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Parses a body as Fastify would: what is not JSON, or would change a prototype, fails with 400. */
export type ParseBody = (request: FastifyRequest, body: Buffer) => Promise<unknown>;

/** Leaves bodies unparsed, since most do not have to be, and returns what parses them. What is not JSON by its type is refused: 415. */
export const takeBuffers = (app: FastifyInstance<HttpsServer>): ParseBody => {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const parser = app.getDefaultJsonParser('error', 'error');
  return (request, body) =>
    new Promise((resolve, reject) => {
      void parser(request, body.toString(), (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
};
