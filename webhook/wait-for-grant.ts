import type { Clock } from '../lib/clock.ts';
import { deepEqual } from '../lib/deep-equal.ts';
import { bothGroups } from '../lib/kube/both-apis.ts';
import type { FollowedCache } from '../lib/kube/cache.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { ObjectChange } from '../lib/kube/object-store.ts';
import { Nap } from '../lib/nap.ts';
import type { Outcome } from './core/decide.ts';

export interface GrantOptions {
  readonly cache: Pick<FollowedCache, 'onChange'>;
  /** The pod's. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Monotonic milliseconds. */
  readonly deadline: number;
}

const awaitsGrant = (outcome: Outcome): boolean =>
  outcome.kind === 'deny' && outcome.awaits === 'external_secret';

/** Whether a change may have given something to pods of a namespace; a status that is written, again and again, gives nothing. */
const mayGrant = (change: ObjectChange<KubeObject>, namespace: string): boolean => {
  if (change.type === 'deleted' || change.object.metadata.namespace !== namespace) return false;
  return change.type === 'added' || !deepEqual(change.object.spec, change.previous.spec);
};

/**
 * Decides; and where all that is missing is an ExternalSecret that names a key, again with every one that comes to the namespace, until the
 * deadline. Whoever applies a chart applies pods and ExternalSecrets together, and nothing says which of them is here first.
 */
export const decideWhenGranted = async (
  decideNow: () => Outcome,
  { cache, namespace, clock, deadline }: GrantOptions,
): Promise<Outcome> => {
  const first = decideNow();
  if (!awaitsGrant(first)) return first;
  const nap = new Nap();
  const listener = (change: ObjectChange<KubeObject>): void => {
    if (mayGrant(change, namespace)) nap.wake();
  };
  const ends = bothGroups.map((group) => cache.onChange('ExternalSecret', listener, group));
  const never = new AbortController().signal;
  try {
    let outcome = first;
    while (awaitsGrant(outcome) && clock.monotonic() < deadline) {
      await nap.take(clock, deadline - clock.monotonic(), never);
      outcome = decideNow();
    }
    return outcome;
  } finally {
    for (const end of ends) end();
  }
};
