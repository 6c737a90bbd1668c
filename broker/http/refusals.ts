import type { FastifyReply } from 'fastify';
import { largestRequest, mostReads } from '../../lib/broker/protocol.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { failureOf } from '../encoded.ts';
import type { RequestRate } from '../request-rate.ts';

/** Answers that nothing was done, and why. */
export const refuse = (reply: FastifyReply, status: number, error: ProviderError): FastifyReply => {
  if (error.retryAfterMs !== undefined)
    void reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ error: failureOf(error) }));
};

/** Counts what a namespace asks for; the answer to whoever asks for too much, undefined to everybody else. */
export const refuseTooOften = (
  reply: FastifyReply,
  rate: RequestRate,
  { namespace, amount }: { readonly namespace: string; readonly amount: number },
): FastifyReply | undefined => {
  const wait = rate.take(namespace, amount);
  return wait === 0
    ? undefined
    : refuse(reply, 429, providerError('throttled', `the namespace ${namespace} asks too often`, wait));
};

const invalid = (message: string): ProviderError => providerError('invalid', message);

const sentences: ReadonlyMap<number, ProviderError> = new Map([
  [400, invalid('the body is not JSON')],
  [
    413,
    invalid(`the body is larger than ${largestRequest} bytes; a request is for ${mostReads} keys at most`),
  ],
  [415, invalid('the content type is not application/json')],
]);

/** What is said where the server itself finds something wrong: never its own words, which may quote the request. */
export const sentenceFor = (status: number): ProviderError =>
  sentences.get(status) ??
  (status < 500
    ? invalid('the request cannot be read')
    : providerError('unavailable', 'internal error', 1_000));
