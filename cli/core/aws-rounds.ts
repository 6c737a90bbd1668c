import type { PlanSource } from '../../lib/plan.ts';
import {
  byInterval,
  exactly,
  nextReadAt,
  round,
  shortest,
  type Count,
  type Counting,
  type Round,
} from './rounds.ts';

/** How many keys AWS gives in one BatchGetSecretValue. */
const batchSize = 20;

/** AWS credentials last an hour and are replaced by the first read in their last five minutes. */
const awsSessionSeconds = 3600;
const awsSessionMargin = 300;

/** How long a refused batch is not tried again. */
const batchRefusalSeconds = 3600;

const isBatched = ({ version, stage, find }: PlanSource): boolean =>
  version === undefined && stage === undefined && find === undefined;

/** One key by itself is no batch. */
const batches = (sources: readonly PlanSource[]): number => {
  const batched = sources.filter(isBatched).length;
  return batched > 1 ? Math.ceil(batched / batchSize) : 0;
};

const awsReads = (sources: readonly PlanSource[]): Count => {
  const inBatches = batches(sources) === 0 ? 0 : sources.filter(isBatched).length;
  return { expected: batches(sources) + sources.length - inBatches, most: sources.length };
};

/** Where batches are not allowed, the agent looks now and then whether they are. */
const refusedBatches = (sources: readonly PlanSource[], interval: number): Round =>
  round({
    kind: 'refused_batch',
    service: 'secretsmanager',
    items: 0,
    everySeconds: interval === 0 ? 0 : nextReadAt(interval, batchRefusalSeconds),
    callsPerRound: { expected: 0, most: batches(sources) },
  });

/** What a pod asks of an AWS store, and of STS as `roles` are assumed. */
export const awsRounds = (roles: number, { sources, stays }: Counting): Round[] => {
  const reads = byInterval(sources, stays).flatMap(([everySeconds, group]) => [
    round({
      kind: 'read',
      service: 'secretsmanager',
      items: group.length,
      everySeconds,
      callsPerRound: awsReads(group),
    }),
    refusedBatches(group, everySeconds),
  ]);
  const interval = shortest(sources, stays);
  const everySeconds = interval === 0 ? 0 : nextReadAt(interval, awsSessionSeconds - awsSessionMargin);
  return [
    ...reads,
    round({ kind: 'login', service: 'sts', items: roles, everySeconds, callsPerRound: exactly(roles) }),
  ];
};

/** The reads of a start, where all keys are due together. */
export const awsStartReads = (sources: readonly PlanSource[]): readonly Count[] => [
  awsReads(sources),
  { expected: 0, most: batches(sources) },
];
