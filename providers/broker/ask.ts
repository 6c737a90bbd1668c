import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Peer } from '../http/failure.ts';
import { brokerFailure, isUntrusted } from './failure.ts';

export interface AskOptions {
  readonly open: () => ClientRequest;
  readonly body: string;
  readonly peer: Peer;
  readonly clock: Clock;
  /** Until the head of the answer is there, in milliseconds. */
  readonly limit: number;
  /** Ends the request, and the answer that is being read. */
  readonly signal: AbortSignal;
}

export interface AskFailure {
  readonly error: ProviderError;
  /** Other certificates could have made it succeed. */
  readonly untrusted: boolean;
  /** A kept connection turned out to be closed before anything of an answer came. */
  readonly stale: boolean;
}

/** From the request to an established connection, in milliseconds. */
const connectLimit = 5_000;

/** Calls `act` unless `until` aborts first. */
const after = (clock: Clock, milliseconds: number, until: AbortSignal, act: () => void): void => {
  // A sleep that is cut short rejects; then there is nothing to do.
  clock.sleep(milliseconds, until).then(act, () => undefined);
};

const watchTimes = (
  { clock, limit, peer: { server } }: AskOptions,
  request: ClientRequest,
  over: AbortSignal,
  fail: (error: ProviderError) => void,
): void => {
  const connected = new AbortController();
  request.once('socket', (socket) => {
    const onConnected = (): void => {
      connected.abort();
    };
    if (request.reusedSocket) onConnected();
    else socket.once('secureConnect', onConnected);
  });
  const late = (what: string, milliseconds: number): void => {
    fail(providerError('timeout', `${server} ${what} within ${milliseconds / 1_000} s`));
  };
  after(clock, connectLimit, AbortSignal.any([over, connected.signal]), () => {
    late('did not complete a connection', connectLimit);
  });
  after(clock, limit, over, () => {
    late('sent no answer', limit);
  });
};

/** Sends a request; resolves as soon as the head of the answer is there. Every failure is an outcome. */
export const ask = (options: AskOptions): Promise<Result<IncomingMessage, AskFailure>> => {
  const { open, body, peer, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Result<IncomingMessage, AskFailure>>();
  let request: ClientRequest;
  try {
    request = open();
  } catch (error) {
    return Promise.resolve(err({ error: brokerFailure(error, peer), untrusted: false, stale: false }));
  }
  const over = new AbortController();
  const fail = (error: ProviderError, about: Partial<AskFailure> = {}): void => {
    resolve(err({ untrusted: false, stale: false, ...about, error }));
    request.destroy();
  };
  const cancel = (): void => {
    fail(providerError('timeout', `the request to ${peer.server} was cancelled`));
  };
  request.on('error', (error) => {
    const about = { untrusted: isUntrusted(error), stale: request.reusedSocket };
    fail(brokerFailure(error, peer), about);
  });
  request.once('response', (response) => {
    resolve(ok(response));
  });
  request.once('close', () => {
    signal.removeEventListener('abort', cancel);
  });
  signal.addEventListener('abort', cancel);
  watchTimes(options, request, over.signal, fail);
  if (signal.aborted) cancel();
  else request.end(body);
  return promise.finally(() => {
    over.abort();
  });
};

/** Reads a whole body. An answer that is too large is not read to its end, and its connection is closed. */
export const readBody = async (
  response: IncomingMessage,
  { server, most }: { readonly server: string; readonly most: number },
): Promise<Result<Redacted<Buffer>, ProviderError>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > most)
        return err(providerError('invalid', `${server} sent an answer of more than ${most} bytes`));
      chunks.push(chunk);
    }
  } catch (error) {
    return err(brokerFailure(error, { server, expectedName: '' }));
  }
  return ok(new Redacted(Buffer.concat(chunks)));
};
