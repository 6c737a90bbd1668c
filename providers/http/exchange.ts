import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { exchangeFailure, type Peer } from './failure.ts';

/** In milliseconds. */
export interface Timeouts {
  /** From the request to an established connection, TLS included. */
  readonly connect: number;
  /** From there to the head of the answer. */
  readonly headers: number;
  /** From the request to the last byte of the answer. */
  readonly whole: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders;
  /** May be a secret, or quote one. */
  readonly body: Redacted<Buffer>;
}

export interface ExchangeOptions {
  /** Opens the request, nothing of it written yet; throws for what HTTP cannot carry. */
  readonly open: () => ClientRequest;
  readonly body: string | Uint8Array | undefined;
  readonly peer: Peer;
  readonly secure: boolean;
  readonly timeouts: Timeouts;
  readonly maximumBytes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

export interface ExchangeFailure {
  readonly error: ProviderError;
  /** A kept connection turned out to be closed before anything of the answer came: asking once more is safe where it changes nothing. */
  readonly stale: boolean;
}

export type ExchangeOutcome = Result<HttpAnswer, ExchangeFailure>;

/** Calls `act` unless `until` aborts first. */
const after = (clock: Clock, milliseconds: number, until: AbortSignal, act: () => void): void => {
  // A sleep that is cut short rejects; then there is nothing to do.
  clock.sleep(milliseconds, until).then(act, () => undefined);
};

const inSeconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

/** Watches the three times of one request; the caller aborts `over` when the request has ended. */
const watchTimes = (
  { timeouts, clock, peer, secure }: ExchangeOptions,
  request: ClientRequest,
  over: AbortSignal,
  fail: (error: ProviderError) => void,
): void => {
  const timeout = (what: string, milliseconds: number): void => {
    fail(providerError('timeout', `${peer.server} ${what} within ${inSeconds(milliseconds)}`));
  };
  const connected = new AbortController();
  const answered = new AbortController();
  const onConnected = (): void => {
    connected.abort();
    after(clock, timeouts.headers, AbortSignal.any([over, answered.signal]), () => {
      timeout('sent no answer', timeouts.headers);
    });
  };
  request.once('socket', (socket) => {
    if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', onConnected);
    else onConnected();
  });
  request.once('response', () => {
    answered.abort();
  });
  after(clock, timeouts.connect, AbortSignal.any([over, connected.signal]), () => {
    timeout('did not complete a connection', timeouts.connect);
  });
  after(clock, timeouts.whole, over, () => {
    timeout(answered.signal.aborted ? 'did not complete its answer' : 'sent no answer', timeouts.whole);
  });
};

/** What speaks against reading the body, decided by the head alone. */
const headProblem = (
  response: IncomingMessage,
  { peer: { server }, maximumBytes }: ExchangeOptions,
): ProviderError | undefined => {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400)
    return providerError(
      'invalid',
      `${server} answered with a redirect (HTTP ${status}); redirects are not followed, name the server that answers itself`,
    );
  if ((response.headers['content-encoding'] ?? 'identity') !== 'identity')
    return providerError('unavailable', `${server} answered in an encoding that was not asked for`);
  if (Number(response.headers['content-length'] ?? 0) > maximumBytes) return tooLarge(server, maximumBytes);
  return undefined;
};

const tooLarge = (server: string, maximumBytes: number): ProviderError =>
  providerError('invalid', `${server} sent an answer of more than ${maximumBytes} bytes`);

const readAnswer = async (
  response: IncomingMessage,
  options: ExchangeOptions,
): Promise<Result<HttpAnswer, ProviderError>> => {
  const problem = headProblem(response, options);
  if (problem !== undefined) return err(problem);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > options.maximumBytes) return err(tooLarge(options.peer.server, options.maximumBytes));
    chunks.push(chunk);
  }
  return ok({
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: new Redacted(Buffer.concat(chunks)),
  });
};

/** Sends one request and reads its whole answer. Every failure is an outcome; the connection of a failed one is closed. */
export const exchange = (options: ExchangeOptions): Promise<ExchangeOutcome> => {
  const { peer, signal } = options;
  const { promise, resolve } = Promise.withResolvers<ExchangeOutcome>();
  let request: ClientRequest;
  try {
    request = options.open();
  } catch (error) {
    return Promise.resolve(err({ error: exchangeFailure(error, peer), stale: false }));
  }
  const over = new AbortController();
  let answered = false;
  const fail = (error: ProviderError, stale = false): void => {
    resolve(err({ error, stale }));
    request.destroy();
  };
  const cancel = (): void => {
    fail(providerError('timeout', `the request to ${peer.server} was cancelled`));
  };
  request.on('error', (error) => {
    fail(exchangeFailure(error, peer), request.reusedSocket && !answered);
  });
  request.once('response', (response) => {
    answered = true;
    readAnswer(response, options).then(
      (answer) => {
        if (answer.ok) resolve(answer);
        else fail(answer.error);
      },
      (error: unknown) => {
        fail(exchangeFailure(error, peer));
      },
    );
  });
  watchTimes(options, request, over.signal, fail);
  signal?.addEventListener('abort', cancel, { signal: over.signal });
  if (signal?.aborted === true) cancel();
  else request.end(options.body);
  return promise.finally(() => {
    over.abort();
  });
};
