import type { LeaseStep } from './lease.ts';
import type { Schedule } from './schedule.ts';

/** What is done next about a source, and when (milliseconds of `Clock.monotonic`). */
export interface Due {
  readonly dueAt: number;
  readonly action: 'read' | 'renew';
}

export interface DueFacts {
  readonly schedule: Schedule;
  /** What its lease needs; undefined: its document has none. */
  readonly step: LeaseStep | undefined;
  /** Whether somebody asked for a new read, which has not come to its end yet. */
  readonly forced: boolean;
  readonly now: number;
}

const actionOf = (step: LeaseStep): Due['action'] => {
  const kind = step.kind === 'keep' ? step.then : step.kind;
  return kind === 'renew' ? 'renew' : 'read';
};

/**
 * A source without a lease is read on its schedule, one with a lease when the lease needs it; the schedule counts for that one only
 * after a failure. A read that was asked for and failed does not keep a lease from its renewal.
 */
export const dueOf = ({ schedule, step, forced, now }: DueFacts): Due => {
  const { dueAt, failures } = schedule;
  if (step === undefined) return { dueAt, action: 'read' };
  if (forced && (failures === 0 || step.kind !== 'renew')) return { dueAt, action: 'read' };
  if (failures > 0) return { dueAt, action: actionOf(step) };
  return { dueAt: step.kind === 'keep' ? now + step.forMs : now, action: actionOf(step) };
};
