import type { FunctionGroup } from '../table.ts';

/** sprig's functions for times and durations. */
export const dateGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 64,
  names: [
    'ago',
    'date',
    'dateInZone',
    'dateModify',
    'date_in_zone',
    'date_modify',
    'duration',
    'durationRound',
    'htmlDate',
    'htmlDateInZone',
    'mustDateModify',
    'mustToDate',
    'must_date_modify',
    'now',
    'toDate',
    'unixEpoch',
  ],
  unstable: [
    'ago',
    'date',
    'dateInZone',
    'date_in_zone',
    'durationRound',
    'htmlDate',
    'htmlDateInZone',
    'now',
  ],
};
