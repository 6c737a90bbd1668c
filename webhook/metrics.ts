import { Counter, Histogram, Registry } from 'prom-client';
import type { Told } from './answer.ts';
import type { Validation } from './core/validate.ts';

export type Observed = Told | Validation | { readonly kind: 'error' };

/** The webhook's own metrics; the names are part of the contract. */
export interface WebhookMetrics {
  readonly registry: Registry;
  /** A pod's request at `/mutate`, or a store's or ExternalSecret's at `/validate`. */
  observeAdmission(outcome: Observed, seconds: number): void;
}

/** `reason` is a skip reason or the code of the first problem: both come from fixed lists, so the label cannot grow. */
const reasonOf = (outcome: Observed): string => {
  if (outcome.kind === 'skip' || outcome.kind === 'pass') return outcome.reason;
  return outcome.kind === 'deny' || outcome.kind === 'invalid' ? (outcome.issues[0]?.code ?? '') : '';
};

export const createMetrics = (): WebhookMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'keyferry_admission_requests_total',
    help: 'Admission requests, by what became of them.',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const duration = new Histogram({
    name: 'keyferry_admission_duration_seconds',
    help: 'Time from a request to its answer, waiting for unknown stores included.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  return {
    registry,
    observeAdmission: (outcome, seconds) => {
      requests.inc({ outcome: outcome.kind, reason: reasonOf(outcome) });
      duration.observe(seconds);
    },
  };
};
