import type { PlanFind } from '../plan.ts';
import type { AccessRequest } from './access.ts';
import { decideAccess } from './decide.ts';

export interface FilteredFind<V> {
  readonly kept: ReadonlyMap<string, V>;
  /** How many were left out, for the audit line. */
  readonly refused: number;
}

/** Of what a find brought, what the pod may have. The rest vanishes: that it is there is nothing that the pod should know. */
export const filterFound = <V>(
  request: Omit<AccessRequest, 'asked'>,
  find: PlanFind,
  found: ReadonlyMap<string, V>,
): FilteredFind<V> => {
  const kept = new Map(
    [...found].filter(([name]) => decideAccess({ ...request, asked: { kind: 'found', find, name } }).allowed),
  );
  return { kept, refused: found.size - kept.size };
};
