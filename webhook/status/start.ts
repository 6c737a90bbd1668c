import { randomUUID } from 'node:crypto';
import { startLeaseHolder, type LeaseHolder } from '../../lib/kube/lease-holder.ts';
import { writeStatuses, type StatusWriterOptions } from './writer.ts';

export interface StatusOptions extends StatusWriterOptions {
  /** Where the Lease is. */
  readonly namespace: string;
  /** What this replica is called in the Lease, with something of its own for this process behind it. */
  readonly replica: string;
}

/** The Lease that the webhook's replicas compete for. */
const leaseName = 'keyferry-webhook';

/** Keeps the status of objects, whenever it is this replica that holds the Lease. */
export const startStatus = ({ namespace, replica, ...options }: StatusOptions): LeaseHolder => {
  const { connection, clock, random, log } = options;
  return startLeaseHolder({
    connection,
    clock,
    random,
    log,
    lease: { namespace, name: leaseName },
    identity: `${replica}_${randomUUID()}`,
    whileHeld: (signal) => writeStatuses(options, signal),
  });
};
