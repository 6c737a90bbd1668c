import type { FastifyReply, FastifyRequest } from 'fastify';
import { brokerTokenSeconds } from '../../lib/broker/names.ts';
import { Feed } from '../feed/feed.ts';
import { readChangesRequest } from './body.ts';
import { refuse, refuseTooOften } from './refusals.ts';
import type { Call, ServerOptions } from './server.ts';

/** `POST /v1/changes`: a feed that stays open. */
export const changesRoute =
  (
    { access, upstream, feeds, rate, audit, metrics, outflow, clock }: ServerOptions,
    callOf: (request: FastifyRequest) => Call,
  ) =>
  (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { caller, peer } = callOf(request);
    const body = readChangesRequest(request.body);
    if (!body.ok) return refuse(reply, 400, body.error);
    const { sources } = body.value;
    const { namespace } = caller;
    const tooOften = refuseTooOften(reply, rate, { namespace, amount: sources.length });
    if (tooOften !== undefined) return tooOften;
    const refusal = feeds.refusal(namespace, sources.length);
    if (refusal !== undefined) return refuse(reply, refusal.code === 'throttled' ? 429 : 503, refusal);
    void reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const tokenLeft = Math.min(caller.expiresAt - clock.now(), brokerTokenSeconds * 1000);
    const feed = new Feed({
      caller,
      sources,
      stream: raw,
      upstream,
      access,
      outflow,
      clock,
      lifetime: feeds.lifetime(Math.max(0, tokenLeft)),
      account: (outcomes) => {
        for (const { result } of outcomes) if (result.outcome === 'denied') metrics.denied(result.code);
        return audit.access(
          outcomes.map(({ source: read, result }) => ({ caller, peer, read, via: 'feed', result })),
        );
      },
    });
    raw.on('drain', () => {
      feed.drained();
    });
    raw.once('close', () => {
      feeds.remove(feed);
    });
    feeds.add(feed);
    return reply;
  };
