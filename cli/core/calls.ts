import type { Plan, PlanSource, PlanStore } from '../../lib/plan.ts';

/** What calls a month are counted for: 30 days, 720 hours. */
export const monthSeconds = 30 * 24 * 3600;

/** What the plan does not say: it is the backend's to decide, and known only when a pod has logged in. */
export interface Assumptions {
  /** Life of a Vault login; it is renewed at two thirds. */
  readonly vaultTokenSeconds: number;
  /** Life of a credential that Vault makes; it is renewed, or replaced, at two thirds. */
  readonly vaultLeaseSeconds: number;
}

export const defaultAssumptions: Assumptions = { vaultTokenSeconds: 3600, vaultLeaseSeconds: 3600 };

/** AWS: `expected` where the role may read several keys in one call, `most` where it may not. */
export interface Count {
  readonly expected: number;
  readonly most: number;
}

export const noCalls: Count = { expected: 0, most: 0 };

export const add = (a: Count, b: Count): Count => ({
  expected: a.expected + b.expected,
  most: a.most + b.most,
});

export const times = ({ expected, most }: Count, factor: number): Count => ({
  expected: expected * factor,
  most: most * factor,
});

const exactly = (calls: number): Count => ({ expected: calls, most: calls });

export type CallKind =
  /** Reads of secrets. */
  | 'read'
  /** Credentials made for this pod, and their renewals. */
  | 'lease'
  | 'login'
  /** A Vault token is asked to live longer. */
  | 'renewal'
  /** Which engines Vault has where; once a login. */
  | 'mount_table'
  /** AWS is asked for several keys at once, and refuses. */
  | 'refused_batch';

/** Calls that are made together, again and again. */
export interface Round {
  readonly kind: CallKind;
  /** Who is called: logins at AWS go to another service, which its price does not cover. */
  readonly service: 'vault' | 'secretsmanager' | 'sts';
  /** Secrets that are read, or roles that are assumed; 0 where neither. */
  readonly items: number;
  /** 0: once. */
  readonly everySeconds: number;
  /** How often in a month. */
  readonly timesPerMonth: number;
  readonly callsPerRound: Count;
}

/** One store's calls of one pod. */
export interface StoreCalls {
  readonly rounds: readonly Round[];
  /** By a pod that starts once and runs through a month. */
  readonly perMonth: Count;
  /** What of them the provider's price is for. */
  readonly pricedPerMonth: Count;
  /** By a pod until it has everything for the first time. */
  readonly perStart: Count;
  readonly pricedPerStart: Count;
}

/** How many keys AWS gives in one BatchGetSecretValue. */
const batchSize = 20;

/** AWS credentials last an hour and are replaced by the first read in their last five minutes. */
const awsSessionSeconds = 3600;
const awsSessionMargin = 300;

/** How long a refused batch is not tried again. */
const batchRefusalSeconds = 3600;

const roundsAMonth = (everySeconds: number): number =>
  everySeconds === 0 ? 1 : Math.ceil(monthSeconds / everySeconds);

const round = (parts: Omit<Round, 'timesPerMonth'>): Round => ({
  ...parts,
  timesPerMonth: roundsAMonth(parts.everySeconds),
});

/** Whether a read makes a credential; other keys of dynamic engines look like any key until they are read. */
export const isLeased = ({ parameters }: PlanSource): boolean => parameters !== undefined;

/** Where two thirds of a life are over. */
const renewalPoint = (seconds: number): number => Math.max(1, Math.floor((seconds * 2) / 3));

/** The first of the times `interval`, 2 × `interval`, … at or after `moment`. */
const nextReadAt = (interval: number, moment: number): number => Math.ceil(moment / interval) * interval;

const byInterval = (sources: readonly PlanSource[], stays: boolean): (readonly [number, PlanSource[]])[] => {
  const groups = new Map<number, PlanSource[]>();
  for (const source of sources) {
    const every = stays ? source.intervalSeconds : 0;
    groups.set(every, [...(groups.get(every) ?? []), source]);
  }
  return [...groups].sort(([a], [b]) => a - b);
};

const shortest = (sources: readonly PlanSource[], stays: boolean): number => {
  const intervals = sources.map(({ intervalSeconds }) => intervalSeconds).filter((seconds) => seconds > 0);
  return stays && intervals.length > 0 ? Math.min(...intervals) : 0;
};

interface Counting {
  readonly sources: readonly PlanSource[];
  /** Whether the agent goes on after the start. */
  readonly stays: boolean;
  readonly assumptions: Assumptions;
}

const vaultReads = ({ sources, stays, assumptions }: Counting): Round[] => {
  const leased = sources.filter(isLeased);
  const reads = byInterval(
    sources.filter((source) => !isLeased(source)),
    stays,
  ).map(([everySeconds, group]) =>
    round({
      kind: 'read',
      service: 'vault',
      items: group.length,
      everySeconds,
      callsPerRound: exactly(group.length),
    }),
  );
  if (leased.length === 0) return reads;
  const everySeconds = stays ? renewalPoint(assumptions.vaultLeaseSeconds) : 0;
  const callsPerRound = exactly(leased.length);
  return [
    ...reads,
    round({ kind: 'lease', service: 'vault', items: leased.length, everySeconds, callsPerRound }),
  ];
};

/**
 * A token is looked at when something is read: past two thirds of its life it is renewed, past its end there is a new login. With
 * leases it is kept alive between reads too.
 */
const vaultLogins = ({ sources, stays, assumptions }: Counting): Round[] => {
  const life = assumptions.vaultTokenSeconds;
  const due = renewalPoint(life);
  const interval = shortest(
    sources.filter((source) => !isLeased(source)),
    stays,
  );
  const keptAlive = stays && sources.some(isLeased);
  const base = { service: 'vault', items: 0, callsPerRound: exactly(1) } as const;
  const loginRounds = (everySeconds: number): Round[] => [
    round({ ...base, kind: 'login', everySeconds }),
    round({ ...base, kind: 'mount_table', everySeconds }),
  ];
  if (interval === 0 && !keptAlive) return loginRounds(0);
  const seen = interval === 0 ? due : nextReadAt(interval, due);
  const everySeconds = keptAlive ? Math.min(seen, due) : seen;
  if (everySeconds >= life - Math.min(5, life / 10)) return loginRounds(everySeconds);
  const renewals = round({ ...base, kind: 'renewal', everySeconds });
  return [...loginRounds(0), { ...renewals, timesPerMonth: renewals.timesPerMonth - 1 }];
};

const isBatched = ({ version, stage }: PlanSource): boolean => version === undefined && stage === undefined;

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

const awsRounds = (roles: number, { sources, stays }: Counting): Round[] => {
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

const roundsOf = (provider: PlanStore['provider'], counting: Counting): Round[] => {
  if (counting.sources.length === 0 || provider.type === 'file') return [];
  return provider.type === 'aws'
    ? awsRounds(provider.auth.roles.length, counting)
    : [...vaultReads(counting), ...vaultLogins(counting)];
};

const sum = (counts: readonly Count[]): Count => counts.reduce(add, noCalls);

const isPriced = ({ service }: Round): boolean => service !== 'sts';

const perMonth = (rounds: readonly Round[]): Count =>
  sum(rounds.map((item) => times(item.callsPerRound, item.timesPerMonth)));

/** At the start everything is read together. */
const perStart = (
  rounds: readonly Round[],
  provider: PlanStore['provider'],
  { sources }: Counting,
): Count => {
  if (provider.type === 'aws') {
    const logins = rounds.filter(({ kind }) => kind === 'login').map(({ callsPerRound }) => callsPerRound);
    const reads = [awsReads(sources), { expected: 0, most: batches(sources) }];
    return sum([...(rounds.some(isPriced) ? reads : []), ...logins]);
  }
  return sum(rounds.filter(({ kind }) => kind !== 'renewal').map(({ callsPerRound }) => callsPerRound));
};

const countStore = (provider: PlanStore['provider'], counting: Counting): StoreCalls => {
  const rounds = roundsOf(provider, counting).filter(
    (item) => item.timesPerMonth > 0 && item.callsPerRound.most > 0,
  );
  const priced = rounds.filter(isPriced);
  return {
    rounds,
    perMonth: perMonth(rounds),
    pricedPerMonth: perMonth(priced),
    perStart: perStart(rounds, provider, counting),
    pricedPerStart: perStart(priced, provider, counting),
  };
};

/**
 * The calls that one pod with this plan makes, by store of the plan; where nothing fails. Intervals are spread by 10 % either
 * way, which evens out over many pods. Where secrets of different intervals fall due together, AWS may give them in fewer calls.
 */
export const callsOfPlan = (
  plan: Plan,
  assumptions: Assumptions = defaultAssumptions,
): readonly StoreCalls[] => {
  const stays = plan.lifecycle !== 'init';
  return plan.stores.map(({ provider }, index) => {
    const sources = plan.sources.filter(({ store }) => store === index);
    return countStore(provider, { sources, stays, assumptions });
  });
};
