import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/kube/backoff.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { startLeaseHolder, type LeaseHolder } from '../lib/kube/lease-holder.ts';
import type { Logger } from '../lib/log.ts';

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

/** Does the duties, whenever it is this replica that holds the Lease. */
export const startLeader = ({ namespace, replica, duties, ...options }: LeaderOptions): LeaseHolder =>
  startLeaseHolder({
    ...options,
    lease: { namespace, name: leaseName },
    identity: `${replica}_${randomUUID()}`,
    whileHeld: async (signal) => {
      await Promise.all(duties.map((duty) => duty(signal)));
    },
  });
