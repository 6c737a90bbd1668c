import type { Server as HttpsServer } from 'node:https';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { CertificateSource } from '../certs/source.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { admit, type AdmitOptions } from './admit.ts';
import type { Outcome } from './core/decide.ts';
import { displayName } from './core/pod.ts';
import { decodeReview, encodeReview, type AdmissionRequest } from './core/review.ts';
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
const logOutcome = (log: Logger, { uid, namespace, pod }: AdmissionRequest, outcome: Outcome): void => {
  const fields = {
    uid,
    namespace,
    pod: pod === undefined ? undefined : displayName(pod),
    outcome: outcome.kind,
  };
  if (outcome.kind === 'skip') log.debug({ ...fields, reason: outcome.reason }, 'left alone');
  if (outcome.kind === 'deny')
    log.info({ ...fields, reasons: [...new Set(outcome.issues.map(({ code }) => code))] }, 'refused');
  if (outcome.kind === 'inject') log.info({ ...fields, files: outcome.plan.files.length }, 'injected');
};

/** TLS 1.2 and later: API servers speak 1.3, and some who look at a webhook from outside do not. */
const tlsOptions = (certificate: CertificateSource): { key: string; cert: string; minVersion: 'TLSv1.2' } => {
  const { keyPem, certificatePem } = certificate.current();
  return { key: keyPem.reveal(), cert: certificatePem, minVersion: 'TLSv1.2' };
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

  app.post('/mutate', async (request, reply) => {
    const started = clock.monotonic();
    const review = decodeReview(request.body);
    if (!review.ok) return reply.code(400).send({ error: review.error });
    const seconds = (): number => (clock.monotonic() - started) / 1000;
    try {
      const outcome = await admit(review.value, options);
      metrics.observeAdmission(outcome, seconds());
      logOutcome(log, review.value, outcome);
      return encodeReview(review.value.uid, outcome);
    } catch (error) {
      metrics.observeAdmission({ kind: 'error' }, seconds());
      throw error;
    }
  });
  return app;
};
