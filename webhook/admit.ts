import type { Clock } from '../lib/clock.ts';
import type { FollowedCache } from '../lib/kube/cache.ts';
import { catalogueOf } from './catalogue.ts';
import { decide, read, type Outcome } from './core/decide.ts';
import { scopeSkip } from './core/gate.ts';
import { serviceAccountOf } from './core/pod.ts';
import type { AdmissionRequest } from './core/review.ts';
import type { Settings } from './core/settings.ts';
import { waitForObjects, waitMilliseconds } from './wait.ts';
import { decideWhenGranted } from './wait-for-grant.ts';

export interface AdmitOptions {
  readonly cache: FollowedCache;
  readonly settings: Settings;
  readonly clock: Clock;
  /** How long an admission may wait for what is on its way, in milliseconds; default 2000. */
  readonly patience?: number;
}

/**
 * Decides on one request: decode → gate → annotations → look-ups → plan → patch. It waits for nothing but unknown ExternalSecrets,
 * stores, ServiceAccounts and Namespaces, and for an ExternalSecret that names a key which nothing else gives to the pod; two seconds in all.
 */
export const admit = async (
  { scope, namespace, pod }: AdmissionRequest,
  { cache, settings, clock, patience = waitMilliseconds }: AdmitOptions,
): Promise<Outcome> => {
  const skip = scopeSkip(scope);
  if (skip !== undefined || pod === undefined) return { kind: 'skip', reason: skip ?? 'not_a_pod' };
  const reading = read(pod);
  if (reading.kind === 'skip') return reading;
  const { stores, externalSecrets } = reading;
  const wanted = { namespace, stores, externalSecrets, serviceAccount: serviceAccountOf(pod) };
  const deadline = clock.monotonic() + patience;
  await waitForObjects(cache, wanted, clock, deadline);
  const decideNow = (): Outcome =>
    decide(pod, reading, { namespace, catalogue: catalogueOf(cache), settings });
  return decideWhenGranted(decideNow, { cache, namespace, clock, deadline });
};
