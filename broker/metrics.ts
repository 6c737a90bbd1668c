import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ProviderErrorCode } from '../lib/provider-error.ts';
import type { ProviderRequestRecord } from '../providers/provider.ts';
import { countRequests, durationBuckets } from '../providers/request-metrics.ts';

/** The broker's own metrics; labels are fixed words, never names of pods, stores or keys. */
export interface BrokerMetrics {
  readonly registry: Registry;
  /** An answer: to a read, or of a feed that has ended. */
  readonly request: (route: string, status: number) => void;
  /** How long a read took, its answer not included. */
  readonly readTook: (seconds: number) => void;
  readonly tokenReview: (outcome: string) => void;
  /** Something that a pod may not have. */
  readonly denied: (code: ProviderErrorCode) => void;
  /** Where a document came from. */
  readonly cache: (outcome: string) => void;
  readonly providerRequest: (record: ProviderRequestRecord) => void;
  /** Has the open feeds counted at each scrape. */
  readonly watchFeeds: (count: () => number) => void;
}

const gaugeFeeds = (registry: Registry, feeds: () => number): void => {
  new Gauge({
    name: 'keyferry_broker_feeds',
    help: 'Feeds that agents hold open.',
    registers: [registry],
    collect() {
      this.set(feeds());
    },
  });
};

export const createMetrics = (): BrokerMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'keyferry_broker_requests_total',
    help: 'Answered requests, by what was asked for and the HTTP status; a feed counts when it ends.',
    labelNames: ['route', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'keyferry_broker_read_duration_seconds',
    help: 'How long reads took, from the request to its answer.',
    buckets: durationBuckets,
    registers,
  });
  const reviews = new Counter({
    name: 'keyferry_broker_token_reviews_total',
    help: 'TokenReviews that the API server was asked for, by outcome: authenticated, refused, failed.',
    labelNames: ['outcome'],
    registers,
  });
  const denials = new Counter({
    name: 'keyferry_broker_denied_total',
    help: 'Keys that pods asked for and may not have, by code.',
    labelNames: ['code'],
    registers,
  });
  const cache = new Counter({
    name: 'keyferry_broker_cache_total',
    help: 'Where documents came from, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    registry,
    request: (route, status) => {
      requests.inc({ route, status: String(status) });
    },
    readTook: (seconds) => {
      duration.observe(seconds);
    },
    tokenReview: (outcome) => {
      reviews.inc({ outcome });
    },
    denied: (code) => {
      denials.inc({ code });
    },
    cache: (outcome) => {
      cache.inc({ outcome });
    },
    providerRequest: countRequests(registry),
    watchFeeds: (count) => {
      gaugeFeeds(registry, count);
    },
  };
};
