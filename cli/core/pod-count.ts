/** How many pods a workload makes. */
export interface PodCount {
  /** Undefined: the workload does not say. */
  readonly count: number | undefined;
  /** Whether the pods go on, or a run of theirs ends. */
  readonly per: 'month' | 'run';
  /** Where the number comes from, to be read after it. */
  readonly why: string;
}

const wholeNumber = (spec: unknown, field: string): number | undefined => {
  const value =
    typeof spec === 'object' && spec !== null ? (spec as Record<string, unknown>)[field] : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

const replicas = (spec: unknown): PodCount => {
  const count = wholeNumber(spec, 'replicas');
  return count === undefined
    ? { count: 1, per: 'month', why: 'spec.replicas is not set, which means 1 unless an autoscaler decides' }
    : { count, per: 'month', why: 'spec.replicas' };
};

/** A Job makes a pod for each completion; one with a parallelism alone is a queue that so many pods work off. */
const completions = (spec: unknown): PodCount => {
  const wanted = wholeNumber(spec, 'completions');
  if (wanted !== undefined)
    return { count: wanted, per: 'run', why: 'completions; tries that fail come on top' };
  const parallel = wholeNumber(spec, 'parallelism');
  return parallel === undefined
    ? { count: 1, per: 'run', why: 'tries that fail come on top' }
    : { count: parallel, per: 'run', why: 'parallelism; tries that fail come on top' };
};

/** Reads the number of pods from a workload's `spec` (of a CronJob: its job template's). */
export const podsOf = (kind: string, spec: unknown): PodCount => {
  switch (kind) {
    case 'Pod':
      return { count: 1, per: 'month', why: 'a pod by itself' };
    case 'DaemonSet':
      return { count: undefined, per: 'month', why: 'one on each node; give their number with --replicas' };
    case 'PodTemplate':
      return {
        count: undefined,
        per: 'month',
        why: 'whoever uses the template decides; give a number with --replicas',
      };
    case 'Job':
    case 'CronJob':
      return completions(spec);
    default:
      return replicas(spec);
  }
};
