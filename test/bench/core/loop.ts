/** What follows from watching agents in their loop. */

/** Thousands of the kernel's `kB` (1024 bytes): as the budgets have it, whose idle Node has 8 and 42 MB. */
export const megabytes = (bytes: number): number => bytes / 1024 / 1000;

/** An agent watched for a while. */
export interface Watched {
  /** Processor time that it had. */
  readonly milliseconds: number;
  readonly refreshes: number;
  readonly seconds: number;
}

export interface ProcessorShare {
  /** Milliseconds of processor time that one refresh takes. */
  readonly perRefresh: number;
  /** Thousandths of a core that an agent takes which does nothing. */
  readonly idle: number;
  /** Thousandths of a core at the interval asked for. */
  readonly total: number;
}

/**
 * The share of a core that an agent takes at an interval, from one that was busy for a while and one that never refreshed: a
 * refresh is what the busy one took more than the idle one, for each of its refreshes.
 */
export const processorShare = ({
  busy,
  idle,
  intervalSeconds,
}: {
  readonly busy: Watched;
  readonly idle: Watched;
  readonly intervalSeconds: number;
}): ProcessorShare => {
  if (busy.refreshes === 0) throw new RangeError('the busy agent did not refresh');
  if (idle.refreshes > 0) throw new RangeError('the idle agent refreshed');
  // Milliseconds each second are thousandths of a core.
  const idleShare = idle.milliseconds / idle.seconds;
  const perRefresh = Math.max(0, busy.milliseconds - idleShare * busy.seconds) / busy.refreshes;
  return { perRefresh, idle: idleShare, total: idleShare + perRefresh / intervalSeconds };
};
