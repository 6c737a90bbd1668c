import { leaseOutlived, leaseRevoked } from '../lease-scenes.ts';
import type { FaultGroup } from '../row.ts';

const noLeases = 'it lends nothing';

/** Credentials that the store makes for one pod, and that end. */
export const leases: FaultGroup = {
  title: 'What the store lends',
  rows: [
    {
      fault: 'lease revoked',
      happens: 'somebody ends the lease of a database credential in Vault',
      stores: {
        vault: {
          files: 'keep the revoked credential until it would be renewed, then have a new one',
          wellAgain: 'by itself, at 2/3 of the lease; at once with `keyferry.dev/force-sync`',
          start: 'has a new credential',
          play: leaseRevoked,
        },
        aws: noLeases,
        file: noLeases,
      },
    },
    {
      fault: 'outage outlives a lease',
      happens: 'Vault is down for longer than a database credential lives',
      stores: {
        vault: {
          code: 'unavailable',
          says: 'the lease has ended; SERVER refused the connection',
          files: 'keep the old credential, which the database no longer knows',
          wellAgain: 'by itself, within 5 min',
          start: 'tries until `start-timeout`',
          play: leaseOutlived,
        },
        aws: noLeases,
        file: noLeases,
      },
    },
  ],
};
