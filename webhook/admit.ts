import type { Clock } from '../lib/clock.ts';
import type { LookUpCache } from '../lib/kube/cache.ts';
import { catalogueOf } from './catalogue.ts';
import { decide, read, type Outcome } from './core/decide.ts';
import { scopeSkip } from './core/gate.ts';
import { serviceAccountOf } from './core/pod.ts';
import type { AdmissionRequest } from './core/review.ts';
import type { Settings } from './core/settings.ts';
import { waitForObjects } from './wait.ts';

export interface AdmitOptions {
  readonly cache: LookUpCache;
  readonly settings: Settings;
  readonly clock: Clock;
}

/**
 * Decides on one request: decode → gate → annotations → look-ups → plan → patch. It waits for nothing but unknown ExternalSecrets,
 * stores and ServiceAccounts.
 */
export const admit = async (
  { scope, namespace, pod }: AdmissionRequest,
  { cache, settings, clock }: AdmitOptions,
): Promise<Outcome> => {
  const skip = scopeSkip(scope);
  if (skip !== undefined || pod === undefined) return { kind: 'skip', reason: skip ?? 'not_a_pod' };
  const reading = read(pod);
  if (reading.kind === 'skip') return reading;
  const { stores, externalSecrets } = reading;
  const wanted = { namespace, stores, externalSecrets, serviceAccount: serviceAccountOf(pod) };
  await waitForObjects(cache, wanted, clock);
  return decide(pod, reading, { namespace, catalogue: catalogueOf(cache), settings });
};
