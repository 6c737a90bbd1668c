import type { BrokerRead, SecretsRequest } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, type Result } from '../../lib/result.ts';
import type { ReadOutcome } from '../provider.ts';
import { outcomesOf } from './answers.ts';
import { readBody } from './ask.ts';
import type { Door } from './door.ts';

export interface PostOptions {
  readonly door: Door;
  readonly clock: Clock;
  readonly fresh: boolean;
  readonly signal: AbortSignal;
}

/** The broker has to ask a backend, and may have to wait for its turn there; in milliseconds. */
const headLimit = 25_000;
/** A document of 1 MiB in Base64, and what stands around it. */
export const largestDocument = 1_400_000 + 4_096;
/** Of an answer, in bytes: more than an agent could keep in its memory. */
const largestAnswer = 32 * 1024 * 1024;

/** Reads once: an outcome for each, or why there is none. */
export const postSecrets = async (
  reads: readonly BrokerRead[],
  { door, clock, fresh, signal }: PostOptions,
): Promise<Result<readonly ReadOutcome[], ProviderError>> => {
  const { server } = door;
  const request: SecretsRequest = { version: 1, fresh, reads: [...reads] };
  const response = await door.call({
    path: '/v1/secrets',
    body: JSON.stringify(request),
    limit: headLimit,
    // A fresh read may make a credential: sent twice it would make two.
    repeatable: !fresh,
    signal,
  });
  if (!response.ok) return response;
  const most = Math.min(largestAnswer, reads.length * largestDocument);
  const body = await readBody(response.value, { server, most });
  if (!body.ok) return body;
  const outcomes = outcomesOf(body.value, { count: reads.length, now: clock.now() });
  return outcomes.ok
    ? outcomes
    : err(providerError('unavailable', `${server} sent an answer that this version does not understand`));
};
