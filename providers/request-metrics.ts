import { Counter, Histogram, type Registry } from 'prom-client';
import type { ProviderRequestRecord } from './provider.ts';

export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Adds `keyferry_provider_requests_total` and its duration to the metrics of a program that has providers; returns what counts. */
export const countRequests = (registry: Registry): ((record: ProviderRequestRecord) => void) => {
  const registers = [registry];
  const total = new Counter({
    name: 'keyferry_provider_requests_total',
    help: 'Requests to backends, by outcome: ok, or an error code.',
    labelNames: ['provider', 'operation', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'keyferry_provider_request_duration_seconds',
    help: 'How long requests to backends took.',
    buckets: durationBuckets,
    labelNames: ['provider', 'operation'],
    registers,
  });
  return ({ provider, operation, outcome, seconds }) => {
    total.inc({ provider, operation, outcome });
    duration.observe({ provider, operation }, seconds);
  };
};
