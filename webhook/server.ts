import type { Server as HttpsServer } from 'node:https';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { CertificateSource } from '../certs/source.ts';
import { followCertificate, tlsOptions } from '../certs/tls-options.ts';
import type { Logger } from '../lib/log.ts';
import type { AdmitOptions } from './admit.ts';
import { Answers, type Answer } from './answer.ts';
import { takeBuffers } from './bodies.ts';
import { decodeEnvelope } from './core/review.ts';
import type { WebhookMetrics } from './metrics.ts';
import { answerValidation } from './validation.ts';

export interface ServerOptions extends AdmitOptions {
  readonly certificate: CertificateSource;
  readonly metrics: WebhookMetrics;
  readonly log: Logger;
  readonly timeouts?: ServerTimeouts;
}

/** In milliseconds. */
export interface ServerTimeouts {
  /** For a request's head; for the TLS handshake too. */
  readonly headers: number;
  /** For a whole request. */
  readonly request: number;
  /** How often Node looks whose time is over: its own half a minute would stretch both. */
  readonly lookEvery: number;
}

/** The API server takes objects of up to 3 MiB; in a review the object comes with as much again around it. */
const bodyLimit = 8 * 2 ** 20;
const defaultTimeouts: ServerTimeouts = { headers: 5000, request: 10_000, lookEvery: 1000 };

/** Says who was decided on and how; never the object, its annotations or what a store is. */
const logAnswer = (log: Logger, { told, request: { uid, namespace, pod } }: Answer): void => {
  const fields = { uid, namespace, pod, outcome: told.kind };
  if (told.kind === 'skip') log.debug({ ...fields, reason: told.reason }, 'left alone');
  if (told.kind === 'deny')
    log.info({ ...fields, reasons: [...new Set(told.issues.map(({ code }) => code))] }, 'refused');
  if (told.kind === 'inject') log.info({ ...fields, files: told.files }, 'injected');
};

const answerErrors = (app: FastifyInstance<HttpsServer>, log: Logger): void => {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      log.error({ error: error.message, stack: error.stack }, 'an admission failed inside Keyferry');
    // A connection that is closed on whoever still sends is lost together with the answer. What else comes is thrown away, for as
    // long as a request may take.
    if (status === 413) void reply.removeHeader('connection');
    void reply.code(status).send({ error: status >= 500 ? 'internal error' : error.message });
  });
};

/**
 * The admission server, ready to listen: `POST /mutate` and `POST /validate` over TLS. Every POST is answered with a review or with a
 * 4xx and its reason; what breaks inside us is a 500, which `failurePolicy: Fail` turns into a refusal. A new certificate is served
 * from the next connection on.
 */
export const buildServer = (options: ServerOptions): FastifyInstance<HttpsServer> => {
  const { certificate, metrics, clock, log, timeouts = defaultTimeouts } = options;
  const app = fastify({
    https: {
      ...tlsOptions(certificate),
      handshakeTimeout: timeouts.headers,
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      connectionsCheckingInterval: timeouts.lookEvery,
    },
    bodyLimit,
    requestTimeout: timeouts.request,
    forceCloseConnections: 'idle',
  });
  followCertificate(app, certificate);
  answerErrors(app, log);
  const parse = takeBuffers(app);
  const answers = new Answers(options);
  app.post('/mutate', async (request, reply) => {
    const started = clock.monotonic();
    const seconds = (): number => (clock.monotonic() - started) / 1000;
    const tell = (answer: Answer): FastifyReply => {
      metrics.observeAdmission(answer.told, seconds());
      logAnswer(log, answer);
      return reply.header('content-type', 'application/json; charset=utf-8').send(answer.review);
    };
    const body = request.body as Buffer;
    const seen = answers.find(body);
    if (seen.answer !== undefined) return tell(seen.answer);
    const envelope = decodeEnvelope(await parse(request, body));
    if (!envelope.ok) return reply.code(400).send({ error: envelope.error });
    try {
      const answer = await answers.decide(envelope.value, seen.key);
      return await (answer.ok ? tell(answer.value) : reply.code(400).send({ error: answer.error }));
    } catch (error) {
      metrics.observeAdmission({ kind: 'error' }, seconds());
      throw error;
    }
  });
  app.post('/validate', async (request, reply) => {
    const answer = answerValidation(await parse(request, request.body as Buffer), options);
    return answer.ok ? reply.send(answer.value) : reply.code(400).send({ error: answer.error });
  });
  return app;
};
