import type { Server as HttpsServer } from 'node:https';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { CertificateSource } from '../certs/source.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { AdmitOptions } from './admit.ts';
import { Answers, type Answer } from './answer.ts';
import { decodeEnvelope } from './core/review.ts';
import type { WebhookMetrics } from './metrics.ts';

export interface ServerOptions extends AdmitOptions {
  readonly certificate: CertificateSource;
  readonly metrics: WebhookMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The API server takes objects of up to 3 MiB; in a review the object comes with as much again around it. */
const bodyLimit = 8 * 2 ** 20;
const headersTimeout = 5000; // for the TLS handshake too
const requestTimeout = 10_000;
/** How often Node looks whose time is over: its own half a minute would stretch both timeouts. */
const connectionsCheckingInterval = 1000;

/** Says who was decided on and how; never the object, its annotations or what a store is. */
const logAnswer = (log: Logger, { told, request: { uid, namespace, pod } }: Answer): void => {
  const fields = { uid, namespace, pod, outcome: told.kind };
  if (told.kind === 'skip') log.debug({ ...fields, reason: told.reason }, 'left alone');
  if (told.kind === 'deny')
    log.info({ ...fields, reasons: [...new Set(told.issues.map(({ code }) => code))] }, 'refused');
  if (told.kind === 'inject') log.info({ ...fields, files: told.files }, 'injected');
};

/** TLS 1.2 and later: API servers speak 1.3, and some who look at a webhook from outside do not. */
const tlsOptions = (certificate: CertificateSource): { key: string; cert: string; minVersion: 'TLSv1.2' } => {
  const { keyPem, certificatePem } = certificate.current();
  return { key: keyPem.reveal(), cert: certificatePem, minVersion: 'TLSv1.2' };
};

/**
 * Leaves bodies unparsed, since most do not have to be. The function parses one as Fastify would: what is not JSON, or would change a
 * prototype, fails with 400.
 */
const takeBuffers = (
  app: FastifyInstance<HttpsServer>,
): ((request: FastifyRequest, body: Buffer) => Promise<unknown>) => {
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

/**
 * The admission server, ready to listen: `POST /mutate` over TLS. Every POST is answered with a review or with a 4xx and its
 * reason; what breaks inside us is a 500, which `failurePolicy: Fail` turns into a refusal. A new certificate is served from
 * the next connection on.
 */
export const buildServer = (options: ServerOptions): FastifyInstance<HttpsServer> => {
  const { certificate, metrics, clock, log } = options;
  const app = fastify({
    https: {
      ...tlsOptions(certificate),
      handshakeTimeout: headersTimeout,
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval,
    },
    bodyLimit,
    requestTimeout,
    forceCloseConnections: 'idle',
  });
  const ignoreChanges = certificate.onChange(() => {
    app.server.setSecureContext(tlsOptions(certificate));
  });
  app.addHook('onClose', (_instance, done) => {
    ignoreChanges();
    done();
  });

  // What is not JSON is no AdmissionReview: 415.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      log.error(
        { error: error.message, stack: error.stack },
        'the admission of a pod failed inside Keyferry',
      );
    void reply.code(status).send({ error: status >= 500 ? 'internal error' : error.message });
  });

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
  return app;
};
