import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { backoffDelay, pause, type Random } from '../lib/kube/backoff.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { startLeaseHolder, type LeaseHolder } from '../lib/kube/lease-holder.ts';
import type { Logger } from '../lib/log.ts';
import { describeThrown } from '../lib/thrown.ts';

/** What one replica does for all of them, until the signal aborts. */
export type Duty = (signal: AbortSignal) => Promise<void>;

export interface LeaderOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Where the Lease is. */
  readonly namespace: string;
  /** What this replica is called in the Lease, with something of its own for this process behind it. */
  readonly replica: string;
  readonly duties: readonly Duty[];
}

/** The Lease that the webhook's replicas compete for. */
const leaseName = 'keyferry-webhook';

const restartBackoff = { baseMilliseconds: 1_000, capMilliseconds: 60_000 };

/** Does a duty; one that fails is begun anew: whoever holds the Lease would keep it, and nobody would do it. */
const persist = async (
  duty: Duty,
  signal: AbortSignal,
  { clock, random, log }: Pick<LeaderOptions, 'clock' | 'random' | 'log'>,
): Promise<void> => {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await duty(signal);
      return;
    } catch (error) {
      log.error(describeThrown(error), "a duty of the Lease's holder failed; it is begun anew");
    }
    await pause(clock, backoffDelay(failures, restartBackoff, random), signal);
  }
};

/** Does the duties, whenever it is this replica that holds the Lease. */
export const startLeader = ({ namespace, replica, duties, ...options }: LeaderOptions): LeaseHolder =>
  startLeaseHolder({
    ...options,
    lease: { namespace, name: leaseName },
    identity: `${replica}_${randomUUID()}`,
    whileHeld: async (signal) => {
      await Promise.all(duties.map((duty) => persist(duty, signal, options)));
    },
  });
