import { makeCertificate } from '../../certs/self-signed.ts';
import type { CertificateSource } from '../../certs/source.ts';
import type { Clock } from '../../lib/clock.ts';
import { objectCache } from '../../lib/kube/object-cache.ts';
import { catalogueOf } from '../../webhook/catalogue.ts';
import { decide, read, type Outcome } from '../../webhook/core/decide.ts';
import { scopeSkip } from '../../webhook/core/gate.ts';
import { decodeReview, encodeReview } from '../../webhook/core/review.ts';
import { createMetrics } from '../../webhook/metrics.ts';
import { buildServer } from '../../webhook/server.ts';
import type { GoldenKnown } from './golden-case.ts';
import { logLines } from './log-lines.ts';

/** A clock that stands still and lets nobody wait: an admission that waits for a store goes on at once, without it. */
const impatientClock: Clock = {
  now: () => Date.UTC(2026, 0, 1),
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};

/** Decides on a review without a server. */
export const decideOn = (review: unknown, { objects, settings }: GoldenKnown): Outcome => {
  const decoded = decodeReview(review);
  if (!decoded.ok) throw new Error(decoded.error);
  const { scope, namespace, pod } = decoded.value;
  const skip = scopeSkip(scope);
  if (skip !== undefined || pod === undefined) return { kind: 'skip', reason: skip ?? 'not_a_pod' };
  const reading = read(pod);
  if (reading.kind === 'skip') return reading;
  const catalogue = catalogueOf(objectCache(objects, impatientClock));
  return decide(pod, reading, { namespace, catalogue, settings });
};

/** The answer to a review as a value: what the server sends, parsed. */
export interface Answer {
  readonly response: Readonly<Record<string, unknown>> & { readonly patch?: string };
}

export const answerTo = (uid: string, outcome: Outcome): Answer =>
  JSON.parse(JSON.stringify(encodeReview(uid, outcome))) as Answer;

/** The JSON Patch of an answer; empty where it has none. */
export const patchOf = ({ response }: Answer): readonly unknown[] =>
  response.patch === undefined
    ? []
    : (JSON.parse(Buffer.from(response.patch, 'base64').toString()) as unknown[]);

const certificate = await makeCertificate({
  dnsNames: ['keyferry-webhook.keyferry-system.svc'],
  podUid: 'golden',
  lifetimeMilliseconds: 3_600_000,
  now: Date.now(),
});

export const fixedCertificate: CertificateSource = {
  current: () => certificate,
  ready: true,
  onChange: () => () => undefined,
  stop: () => Promise.resolve(),
};

/** One request to the real server, without a socket, and everything that it left behind. */
export const postReview = async (
  payload: string | object,
  known: GoldenKnown,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Promise<{ status: number; body: string; logged: string; metrics: string }> => {
  const logged = logLines();
  const metrics = createMetrics();
  const server = buildServer({
    cache: objectCache(known.objects, impatientClock),
    settings: known.settings,
    certificate: fixedCertificate,
    metrics,
    clock: impatientClock,
    patience: 0,
    log: logged.log,
  });
  try {
    const answer = await server.inject({ method: 'POST', url: '/mutate', payload, headers: { ...headers } });
    return {
      status: answer.statusCode,
      body: answer.body,
      logged: JSON.stringify(logged.lines),
      metrics: await metrics.registry.metrics(),
    };
  } finally {
    await server.close();
  }
};
