import type { Server } from 'node:https';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { CertificateSource } from '../../certs/source.ts';
import { followCertificate, tlsOptions } from '../../certs/tls-options.ts';
import { largestRequest } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { providerError } from '../../lib/provider-error.ts';
import type { AccessControl } from '../access/access.ts';
import type { Audit } from '../audit.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { Identities } from '../identity/identities.ts';
import type { Caller } from '../identity/identity.ts';
import type { BrokerMetrics } from '../metrics.ts';
import type { Outflow } from '../outflow.ts';
import type { RequestRate } from '../request-rate.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { changesRoute } from './changes.ts';
import { answerClientError } from './client-errors.ts';
import { limitConnections, type ConnectionLimits } from './connections.ts';
import { takeHandshakesInTurns } from './handshakes.ts';
import { refuse, refuseTooOften, sentenceFor } from './refusals.ts';
import { secretsRoute } from './secrets.ts';

export interface ServerOptions {
  readonly certificate: CertificateSource;
  readonly identities: Pick<Identities, 'identify'>;
  readonly access: AccessControl;
  readonly upstream: Upstream;
  readonly feeds: Feeds;
  readonly outflow: Outflow;
  readonly rate: RequestRate;
  readonly audit: Audit;
  readonly metrics: BrokerMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: ConnectionLimits;
  readonly timeouts?: ServerTimeouts;
}

/** In milliseconds. */
export interface ServerTimeouts {
  /** For a request's head; for the TLS handshake too. */
  readonly headers: number;
  /** For a whole request, not for its answer. */
  readonly request: number;
  /** How often Node looks whose time is over: its own half a minute would stretch both. */
  readonly lookEvery: number;
}

/** A request of a pod that has proved who it is. */
export interface Call {
  readonly caller: Caller;
  readonly peer: string;
}

const defaultTimeouts: ServerTimeouts = { headers: 5_000, request: 15_000, lookEvery: 1_000 };
const paths = ['/v1/secrets', '/v1/changes'];
const noSuchPath = providerError('invalid', `there is no such path; there are ${paths.join(' and ')}`);
/** What a request costs by itself, in secrets asked for: its TLS record, its token, its line in the log. */
const requestAmount = 10;

/** What the server says of itself where a handler did not answer. */
const answerErrors = (app: FastifyInstance<Server>, log: Logger): void => {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      log.error({ error: error.message, stack: error.stack }, 'a request failed inside Keyferry');
    // A connection that is closed on whoever still sends is lost together with the answer. What else comes is thrown away, for as
    // long as a request may take.
    if (status === 413) void reply.removeHeader('connection');
    void refuse(reply, status, sentenceFor(status));
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    if (!paths.includes(path)) return refuse(reply, 404, noSuchPath);
    void reply.header('allow', 'POST');
    return refuse(reply, 405, providerError('invalid', `${path} takes POST alone`));
  });
};

/** Finds out who calls before anything of the body is read, and counts what they ask for. */
const authenticate =
  (calls: WeakMap<FastifyRequest, Call>, { identities, rate, audit, log }: ServerOptions) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const peer = request.raw.socket.remoteAddress ?? '';
    const identified = await identities.identify(request.headers.authorization, peer);
    if (!identified.ok) {
      const { status, error } = identified.error;
      log.info({ peer, status, reason: error.message }, 'refused a caller');
      if (status === 403) audit.refused(peer, identified.error);
      // Whoever has not proved who they are keeps no connection that somebody else could have.
      if (status !== 503) void reply.header('connection', 'close');
      return refuse(reply, status, error);
    }
    const { namespace } = identified.value;
    const refused = refuseTooOften(reply, rate, { namespace, amount: requestAmount });
    if (refused === undefined) calls.set(request, { caller: identified.value, peer });
    return refused;
  };

/**
 * The broker's server, ready to listen: `POST /v1/secrets` and `POST /v1/changes` over TLS (`lib/broker/protocol.ts`). Whatever is not 200 has a
 * `refusal` for its body. A new certificate is served from the next connection on.
 */
export const buildServer = (options: ServerOptions): FastifyInstance<Server> => {
  const { certificate, metrics, log, connections, timeouts = defaultTimeouts } = options;
  const app = fastify({
    https: {
      ...tlsOptions(certificate),
      handshakeTimeout: timeouts.headers,
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      connectionsCheckingInterval: timeouts.lookEvery,
    },
    bodyLimit: largestRequest,
    requestTimeout: timeouts.request,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    // A path that cannot be decoded is no route's.
    frameworkErrors: (_error, _request, reply) => {
      void refuse(reply, 404, noSuchPath);
    },
  });
  takeHandshakesInTurns(app.server, options.clock);
  limitConnections(app.server, connections);
  followCertificate(app, certificate);
  answerErrors(app, log);
  app.removeContentTypeParser('text/plain');
  app.addHook('onResponse', (request, reply, done) => {
    metrics.request(request.routeOptions.url ?? 'other', reply.raw.statusCode);
    done();
  });
  const calls = new WeakMap<FastifyRequest, Call>();
  const onRequest = authenticate(calls, options);
  const callOf = (request: FastifyRequest): Call => {
    const call = calls.get(request);
    if (call === undefined) throw new Error('a request was let through that nobody has looked at');
    return call;
  };
  app.post('/v1/secrets', { onRequest }, secretsRoute(options, callOf));
  app.post('/v1/changes', { onRequest }, changesRoute(options, callOf));
  return app;
};
