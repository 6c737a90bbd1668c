import { isPermanent } from '../../lib/provider-error.ts';
import type { Plan } from '../../lib/plan.ts';
import type { FileFailure } from './acceptance.ts';

/** How the last read of a source ended; no failures: well. A document that lacks a file's property is a failure too. */
export interface SourceReport {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly failures: readonly FileFailure[];
}

/** By the source's index in the plan, then by the keys of ConfigMaps; undefined: not read yet. */
export type SourceReports = readonly (SourceReport | undefined)[];

/** How long a first generation that is complete waits for optional sources that have not answered yet, in milliseconds. */
export const optionalGrace = 3_000;

export interface StartFacts {
  readonly plan: Plan;
  readonly reports: SourceReports;
  /** Whether every file that is not optional is there. */
  readonly complete: boolean;
  /** How long that has been so, in milliseconds. */
  readonly completeFor: number;
}

export type StartVerdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'publish' }
  | { readonly kind: 'fail'; readonly failures: readonly FileFailure[] };

const lastingFailures = ({ plan, reports }: StartFacts): readonly FileFailure[] =>
  reports
    .flatMap((report) => report?.failures ?? [])
    .filter(
      ({ file, error, tolerated }) =>
        tolerated !== true && isPermanent(error.code) && plan.files[file]?.optional === false,
    );

/**
 * What to do before the first generation is out. A failure that time alone does not cure ends the start, unless only optional
 * files need the source. Optional sources are given a chance to answer, so that it does not depend on a race what an app finds.
 */
export const decideStart = (facts: StartFacts): StartVerdict => {
  const failures = lastingFailures(facts);
  if (failures.length > 0) return { kind: 'fail', failures };
  if (!facts.complete) return { kind: 'wait' };
  const answered = facts.reports.every((report) => report !== undefined);
  return answered || facts.completeFor >= optionalGrace ? { kind: 'publish' } : { kind: 'wait' };
};
