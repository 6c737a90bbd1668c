import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { addressRefusal } from './address-guard.ts';
import { exchange, type ExchangeOutcome, type HttpAnswer, type Timeouts } from './exchange.ts';
import { refusedAddress } from './failure.ts';
import { guardedLookup, type ResolveAll } from './guarded-lookup.ts';

/** PEM, both. */
export interface ClientCertificate {
  readonly certificate: Redacted<string>;
  readonly key: Redacted<string>;
}

export interface TransportOptions {
  /** The server, `https://host:port`; a path behind it is ignored. */
  readonly server: string;
  /** Default: https alone. */
  readonly allowHttp?: boolean;
  /** PEM certificates trusted instead of the system's. */
  readonly caBundle?: string;
  /** What proves to the server who asks (TLS client authentication). */
  readonly clientCertificate?: ClientCertificate;
  /** The name that the server's certificate has to carry, and that is asked for; default: the host. */
  readonly serverName?: string;
  /** What users can do about a certificate for another name, for the sentence about it; see `Peer`. */
  readonly nameCure?: string;
  readonly clock: Clock;
  /** Default: 5 s to connect, 10 s to the head of the answer, 10 s for the whole. */
  readonly timeouts?: Partial<Timeouts>;
  /** Most bytes of an answer's body. Default: 1 MiB. */
  readonly maximumBytes?: number;
  /** Default: the system's resolver. */
  readonly resolve?: ResolveAll;
  /** The one address, as the server's URL writes it, that may be asked although it is of a range that nothing may be sent to. */
  readonly permittedAddress?: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute, on the transport's server. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Most bytes of this answer's body. Default: the transport's. */
  readonly maximumBytes?: number;
  /** Whether a request that is no GET may be sent again where a kept connection turns out to be closed. Default: it may not. */
  readonly repeatable?: boolean;
}

/**
 * The way to one server, connections kept for a few seconds. It reads no environment: no proxy, no trust and no
 * verification setting comes from there. Redirects are not followed.
 */
export interface Transport {
  /** `host:port`, for sentences. */
  readonly server: string;
  /** Every HTTP status but a redirect is an answer; what broke below is an error that says what and how to cure it. */
  request(request: HttpRequest): Promise<Result<HttpAnswer, ProviderError>>;
  /** Ends the connections, those in use too. */
  close(): void;
}

const defaultTimeouts: Timeouts = { connect: 5_000, headers: 10_000, whole: 10_000 };
const defaultMaximumBytes = 1024 * 1024;

/** Long enough for the requests of one refresh, short enough that thousands of pods do not keep a store's sockets open. */
const idleMilliseconds = 5_000;

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.byteLength > 0;
  } catch {
    return false;
  }
};

/** Node trusts nothing, and says nothing, when given text without a certificate in it. */
const isTrustBundle = (pem: string): boolean => {
  const blocks = pem.match(certificatePattern) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate);
};

/** What an http server cannot have, to be read after its name. */
const httpProblem = ({ allowHttp, clientCertificate }: TransportOptions): string | undefined => {
  if (allowHttp !== true) return 'is an http server; only https is allowed';
  return clientCertificate && 'is an http server; a client certificate is shown over https alone';
};

const readServer = (options: TransportOptions): Result<URL, ProviderError> => {
  const { server, caBundle } = options;
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    return err(providerError('invalid', 'the server is not a URL like https://host:port'));
  const problem = url.protocol === 'http:' ? httpProblem(options) : undefined;
  if (problem !== undefined) return err(providerError('invalid', `${url.host} ${problem}`));
  if (caBundle !== undefined && !isTrustBundle(caBundle))
    return err(providerError('invalid', `the caBundle for ${url.host} is not a series of PEM certificates`));
  const refused = refusalOf(bareHost(url), options);
  return refused === undefined ? ok(url) : err(refusedAddress(url.host, refused));
};

/** A name is judged when it has been resolved (guarded-lookup.ts). */
const refusalOf = (host: string, { permittedAddress }: TransportOptions): string | undefined =>
  isIP(host) === 0 || host === permittedAddress ? undefined : addressRefusal(host);

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const clientAuthentication = ({ clientCertificate }: TransportOptions): { cert?: string; key?: string } =>
  clientCertificate === undefined
    ? {}
    : { cert: clientCertificate.certificate.reveal(), key: clientCertificate.key.reveal() };

const openAgent = (options: TransportOptions, url: URL): HttpAgent => {
  const kept: AgentOptions = { keepAlive: true, timeout: idleMilliseconds, scheduling: 'lifo' };
  const lookup = guardedLookup(options.resolve);
  if (url.protocol === 'http:') return new HttpAgent({ ...kept, lookup });
  const name = expectedName(options, url);
  return new HttpsAgent({
    ...kept,
    lookup,
    // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED would decide otherwise.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ...(options.caBundle === undefined ? {} : { ca: options.caBundle }),
    ...clientAuthentication(options),
    // SNI carries names only, and those without the dot at their end (https://www.rfc-editor.org/rfc/rfc6066#section-3).
    ...(isIP(name) === 0 ? { servername: name.replace(/\.$/u, '') } : {}),
  });
};

const expectedName = ({ serverName }: TransportOptions, url: URL): string => serverName ?? bareHost(url);

const defaultPort = (url: URL): string => (url.protocol === 'https:' ? '443' : '80');

/** Prepares the way to a server; nothing is sent yet. An error here stays until the store's settings change. */
export const openTransport = (options: TransportOptions): Result<Transport, ProviderError> => {
  const read = readServer(options);
  if (!read.ok) return read;
  const url = read.value;
  const secure = url.protocol === 'https:';
  const server = `${url.hostname}:${url.port === '' ? defaultPort(url) : url.port}`;
  const agent = openAgent(options, url);
  const open = secure ? httpsRequest : httpRequest;
  const send = (request: HttpRequest): Promise<ExchangeOutcome> => {
    const { method, url: target, headers, body, signal } = request;
    const { origin, pathname, search } = new URL(target);
    if (origin !== url.origin) throw new Error('the request is for another server');
    return exchange({
      open: () =>
        open({
          agent,
          method,
          hostname: bareHost(url),
          port: url.port === '' ? defaultPort(url) : url.port,
          path: pathname + search,
          headers: { 'user-agent': 'keyferry', 'accept-encoding': 'identity', ...headers },
        }),
      body,
      peer: { server, expectedName: expectedName(options, url), nameCure: options.nameCure },
      secure,
      timeouts: { ...defaultTimeouts, ...options.timeouts },
      maximumBytes: request.maximumBytes ?? options.maximumBytes ?? defaultMaximumBytes,
      clock: options.clock,
      signal,
    });
  };
  return ok({
    server,
    request: async (request) => {
      const first = await send(request);
      const repeatable = request.repeatable ?? request.method === 'GET';
      const again = !first.ok && first.error.stale && repeatable;
      const outcome = again ? await send(request) : first;
      return outcome.ok ? outcome : err(outcome.error.error);
    },
    close: () => {
      agent.destroy();
    },
  });
};
