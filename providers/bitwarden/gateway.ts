import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { HttpRequest, Transport } from '../http/transport.ts';
import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import type { ProviderContext } from '../provider.ts';
import { refusalOf } from './refusals.ts';
import { routeOf, type Operation, type Route } from './routes.ts';

/** One request that went through, as it ended. */
export interface Passage {
  readonly operation: Operation;
  /** Undefined: it was answered. */
  readonly error: ProviderError | undefined;
  /** The server's time before it answered, milliseconds since the epoch, where the answer carries it. */
  readonly serverTime: number | undefined;
}

export interface GatewayOptions {
  readonly store: BitwardenConnection;
  readonly transports: Readonly<Record<Route['server'], Transport>>;
  readonly context: Pick<ProviderContext, 'clock' | 'record'>;
  readonly onPassage: (passage: Passage) => void;
}

/** The SDK's way out. */
export interface Gateway {
  /** What the SDK takes for Bitwarden's servers. Nobody else knows them: each start has a path of its own that cannot be guessed. */
  readonly apiUrl: string;
  readonly identityUrl: string;
  /** Ends it, with the requests under way. */
  close(): void;
}

/** What the SDK sends is a form or a list of ids. */
const mostBodyBytes = 64 * 1024;

const forwarded = ['accept', 'authorization', 'content-type', 'device-type', 'user-agent'] as const;

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > mostBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    forwarded.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { 'content-length': 0 }).end();
};

const give = (response: ServerResponse, { status, headers, body }: HttpAnswer): void => {
  const bytes = body.reveal();
  const type = headers['content-type'];
  response
    .writeHead(status, {
      'content-length': bytes.byteLength,
      ...(type === undefined ? {} : { 'content-type': type }),
    })
    .end(bytes);
};

/** When the server was asked at the latest, by its own clock: `Date` has whole seconds and may be set when the answer is ready. */
const serverTimeOf = ({ headers }: HttpAnswer, seconds: number): number | undefined => {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? undefined : date - Math.ceil(seconds * 1_000) - 1_000;
};

/** Sends one request to its server, by our transport and its rules, and tells how it went. */
const send = async (
  { operation, server, method, path, maximumBytes }: Route,
  request: Pick<HttpRequest, 'headers' | 'body' | 'signal'>,
  { store, transports, context, onPassage }: GatewayOptions,
): Promise<Result<HttpAnswer, ProviderError>> => {
  const { clock, record } = context;
  const transport = transports[server];
  const start = clock.monotonic();
  const outcome = await transport.request({
    ...request,
    method,
    url: `${server === 'api' ? store.apiUrl : store.identityUrl}${path}`,
    maximumBytes,
    // All of it reads, or logs in: sent twice it does no more than once.
    repeatable: true,
  });
  const seconds = (clock.monotonic() - start) / 1_000;
  const error = outcome.ok
    ? refusalOf({ operation, server: transport.server, answer: outcome.value, now: clock.now() })
    : outcome.error;
  record({ provider: 'bitwardensecretsmanager', operation, outcome: error?.code ?? 'ok', seconds });
  const serverTime = outcome.ok ? serverTimeOf(outcome.value, seconds) : undefined;
  onPassage({ operation, error, serverTime });
  return outcome;
};

const isAnswer = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

const pass = async (
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
): Promise<void> => {
  const body = await readBody(request);
  if (body === undefined) {
    refuse(response, 413);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const content = route.method === 'POST' ? { body } : {};
  const outcome = await send(
    route,
    { headers: headersOf(request), signal: gone.signal, ...content },
    options,
  );
  // What a server says beside its refusal is nothing that the SDK has to read.
  if (!outcome.ok) refuse(response, 502);
  else if (isAnswer(outcome.value)) give(response, outcome.value);
  else refuse(response, outcome.value.status);
};

/**
 * Opens a server on the loopback interface that stands between the SDK and Bitwarden. The SDK has an HTTP client of its own, which follows
 * redirects, goes anywhere, waits for ever and reads answers of any size; behind this gateway the rules of providers/http hold for it too.
 */
export const openGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const secret = `/${randomBytes(32).toString('base64url')}`;
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const route = url.startsWith(`${secret}/`) ? routeOf(method, url.slice(secret.length)) : undefined;
    if (route === undefined) {
      refuse(response, 403);
      return;
    }
    pass(route, request, response, options).catch(() => {
      response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${secret}`;
  return {
    apiUrl: `${base}/api`,
    identityUrl: `${base}/identity`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
