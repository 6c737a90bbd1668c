import type { Plan, PlanStore } from '../../lib/plan.ts';
import { awsRounds, awsStartReads } from './aws-rounds.ts';
import {
  add,
  defaultAssumptions,
  noCalls,
  times,
  type Assumptions,
  type Count,
  type Counting,
  type Round,
} from './rounds.ts';
import { brokerRounds } from './broker-rounds.ts';
import { vaultRounds } from './vault-rounds.ts';

/** One store's calls: those of one pod, and those that the broker makes for all. */
export interface StoreCalls {
  readonly rounds: readonly Round[];
  /** By a pod that starts once and runs through a month. */
  readonly perMonth: Count;
  /** What of them the provider's price is for. */
  readonly pricedPerMonth: Count;
  /** By a pod until it has everything for the first time. */
  readonly perStart: Count;
  readonly pricedPerStart: Count;
  /** By the broker, whatever the number of pods: in a month, and where the pods end, for a run of them. */
  readonly shared: Count;
  readonly sharedPerStart: Count;
  /** How many of the sources are looked for. Each counts as one call: what it finds is known only then. */
  readonly finds: number;
}

const roundsOf = (provider: PlanStore['provider'], counting: Counting): readonly Round[] => {
  if (counting.sources.length === 0 || provider.type === 'file') return [];
  if (provider.type === 'broker') return brokerRounds(provider.provider, counting);
  return provider.type === 'aws' ? awsRounds(provider.auth.roles.length, counting) : vaultRounds(counting);
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
    return sum([...(rounds.some(isPriced) ? awsStartReads(sources) : []), ...logins]);
  }
  return sum(rounds.filter(({ kind }) => kind !== 'renewal').map(({ callsPerRound }) => callsPerRound));
};

const countStore = (provider: PlanStore['provider'], counting: Counting): StoreCalls => {
  const rounds = roundsOf(provider, counting).filter(
    (item) => item.timesPerMonth > 0 && item.callsPerRound.most > 0,
  );
  const own = rounds.filter(({ shared }) => shared === undefined);
  const shared = rounds.filter((item) => item.shared === true);
  const priced = own.filter(isPriced);
  return {
    rounds,
    perMonth: perMonth(own),
    pricedPerMonth: perMonth(priced),
    perStart: perStart(own, provider, counting),
    pricedPerStart: perStart(priced, provider, counting),
    shared: perMonth(shared),
    sharedPerStart: sum(shared.map(({ callsPerRound }) => callsPerRound)),
    finds: counting.sources.filter(({ find }) => find !== undefined).length,
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
