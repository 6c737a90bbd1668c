import type { FastifyReply, FastifyRequest } from 'fastify';
import { pause } from '../../lib/kube/backoff.ts';
import { providerError } from '../../lib/provider-error.ts';
import { notAudited, type AccessRecord } from '../audit.ts';
import { answerReads } from './answer-reads.ts';
import { readSecretsRequest } from './body.ts';
import { refuse, refuseTooOften } from './refusals.ts';
import type { Call, ServerOptions } from './server.ts';

/** How long the stores may take, in milliseconds; what has not been read by then is `timeout`. */
const readWithin = 25_000;

/** How long a caller may take to read its answer, in milliseconds: others wait for the room that it takes up. */
const takenWithin = 30_000;

const noRoom = providerError('throttled', 'the broker has too much to send at the moment', 1_000);

/** `POST /v1/secrets`: reads once. */
export const secretsRoute =
  (
    { access, upstream, rate, audit, metrics, outflow, clock }: ServerOptions,
    callOf: (request: FastifyRequest) => Call,
  ) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { caller, peer } = callOf(request);
    const body = readSecretsRequest(request.body);
    if (!body.ok) return refuse(reply, 400, body.error);
    const { namespace } = caller;
    const tooOften = refuseTooOften(reply, rate, { namespace, amount: body.value.reads.length });
    if (tooOften !== undefined) return tooOften;
    const started = clock.monotonic();
    const over = new AbortController();
    const answered = new AbortController();
    const gone = (): void => {
      over.abort();
      answered.abort();
    };
    reply.raw.once('close', gone);
    void pause(clock, readWithin, answered.signal).then(() => {
      over.abort();
    });
    const records: AccessRecord[] = [];
    const text = await answerReads({
      caller,
      request: body.value,
      access,
      upstream,
      signal: over.signal,
      onOutcome: (read, result) => {
        if (result.outcome === 'denied') metrics.denied(result.code);
        records.push({ caller, peer, read, via: 'read', result });
      },
    });
    answered.abort();
    metrics.readTook((clock.monotonic() - started) / 1000);
    if (!audit.access(records)) return refuse(reply, 503, notAudited);
    if (!outflow.take(namespace, text.length)) return refuse(reply, 503, noRoom);
    const taken = new AbortController();
    const give = (): void => {
      outflow.give(namespace, text.length);
      taken.abort();
    };
    if (reply.raw.destroyed) give();
    else reply.raw.once('close', give);
    void pause(clock, takenWithin, taken.signal).then((isLate) => {
      if (isLate) reply.raw.destroy();
    });
    return reply.header('content-type', 'application/json; charset=utf-8').send(text);
  };
