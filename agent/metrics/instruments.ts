import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ProviderRequestRecord } from '../../providers/provider.ts';
import { countRequests, durationBuckets } from '../../providers/request-metrics.ts';
import type { Gauges, RefreshRecord } from './recorder.ts';

const addGauges = (registry: Registry, gauges: () => Gauges): void => {
  const registers = [registry];
  new Gauge({
    name: 'keyferry_generation',
    help: 'How many generations of files the agents of this pod have published.',
    registers,
    collect() {
      this.set(gauges().generation);
    },
  });
  new Gauge({
    name: 'keyferry_stale_refs',
    help: 'Files that keep an older value because their last read or renewal was no use, or whose lease has ended.',
    registers,
    collect() {
      this.set(gauges().staleRefs);
    },
  });
  new Gauge({
    name: 'keyferry_secret_last_success_timestamp_seconds',
    help: 'Last good read or renewal of whichever secret of a store has gone longest without one; those read once do not count.',
    labelNames: ['store'],
    registers,
    collect() {
      this.reset();
      for (const [store, at] of gauges().lastSuccesses) this.set({ store }, at);
    },
  });
};

const addRefreshes = (registry: Registry): ((record: RefreshRecord) => void) => {
  const registers = [registry];
  const total = new Counter({
    name: 'keyferry_refresh_total',
    help: 'Passes over the due secrets and leases of a store, by outcome: ok, or the code of the first failure.',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'keyferry_refresh_duration_seconds',
    help: 'How long passes over the due secrets and leases of a store took.',
    buckets: durationBuckets,
    registers,
  });
  return ({ outcome, seconds }) => {
    total.inc({ outcome });
    duration.observe(seconds);
  };
};

/** The agent's metrics. Labels are names of stores, providers and outcomes, never of keys. */
export interface Instruments {
  readonly refresh: (record: RefreshRecord) => void;
  readonly request: (record: ProviderRequestRecord) => void;
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** Makes the instruments; gauges are asked for at each scrape. */
export const makeInstruments = (gauges: () => Gauges): Instruments => {
  const registry = new Registry();
  addGauges(registry, gauges);
  return {
    refresh: addRefreshes(registry),
    request: countRequests(registry),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
};
