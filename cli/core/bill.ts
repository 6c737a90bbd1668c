import type { Plan } from '../../lib/plan.ts';
import { callsOfPlan, type StoreCalls } from './calls.ts';
import { add, backendOf, noCalls, times, type Assumptions, type Count } from './rounds.ts';
import type { PodCount } from './pod-count.ts';
import { costOf, type Price } from './price.ts';

/** What a number of calls costs; `most` where AWS allows no batches. */
export interface Cost {
  readonly price: Price;
  readonly expected: number;
  readonly most: number;
}

export interface StoreBill {
  readonly name: string;
  /** Of the backend, also where the broker reads it. */
  readonly provider: ReturnType<typeof backendOf>;
  readonly brokered: boolean;
  readonly calls: StoreCalls;
}

/** The calls of one workload: a month of them, or a run where its pods end. */
export interface Bill {
  readonly pods: PodCount;
  readonly stores: readonly StoreBill[];
  /** Of one pod. */
  readonly perPod: Count;
  /** Of one pod until it has everything for the first time. */
  readonly perStart: Count;
  /** By the broker, for all pods together. */
  readonly shared: Count;
  /** Of all pods, with what the broker calls for them; undefined where their number is not known. */
  readonly total: Count | undefined;
  /** By provider, of what `total` says, or of one pod where that is not known. */
  readonly costs: readonly Cost[];
}

export interface BillOptions {
  readonly prices: readonly Price[];
  readonly assumptions: Assumptions;
  /** Pods, whatever the workload says. */
  readonly replicas: number | undefined;
}

const sum = (counts: readonly Count[]): Count => counts.reduce(add, noCalls);

const sharedOf = ({ shared, sharedPerStart }: StoreCalls, { per }: PodCount): Count =>
  per === 'month' ? shared : sharedPerStart;

const costsOf = (
  stores: readonly StoreBill[],
  { pods, prices }: { readonly pods: PodCount; readonly prices: readonly Price[] },
): Cost[] =>
  prices.flatMap((price) => {
    const own = stores.filter(({ provider }) => provider === price.provider);
    if (own.length === 0) return [];
    const each = sum(
      own.map(({ calls }) => (pods.per === 'month' ? calls.pricedPerMonth : calls.pricedPerStart)),
    );
    const together = sum(own.map(({ calls }) => sharedOf(calls, pods)));
    const { expected, most } = add(times(each, pods.count ?? 1), together);
    return [{ price, expected: costOf(price, expected), most: costOf(price, most) }];
  });

/** Counts what a workload's pods call. */
export const billOf = (plan: Plan, own: PodCount, options: BillOptions): Bill => {
  const pods = options.replicas === undefined ? own : { ...own, count: options.replicas, why: '--replicas' };
  const counted = callsOfPlan(plan, options.assumptions);
  const stores = plan.stores.flatMap(({ name, provider }, index): StoreBill[] => {
    const calls = counted[index];
    if (calls === undefined) return [];
    return [{ name, provider: backendOf(provider), brokered: provider.type === 'broker', calls }];
  });
  const shared = sum(stores.map(({ calls }) => sharedOf(calls, pods)));
  const perStart = sum(stores.map(({ calls }) => calls.perStart));
  const perPod = pods.per === 'month' ? sum(stores.map(({ calls }) => calls.perMonth)) : perStart;
  return {
    pods,
    stores,
    perPod,
    perStart,
    shared,
    total: pods.count === undefined ? undefined : add(times(perPod, pods.count), shared),
    costs: costsOf(stores, { pods, prices: options.prices }),
  };
};

/** Several workloads together: what goes on all month, whose number of pods is known. */
export const monthOf = (
  bills: readonly Bill[],
): { readonly calls: Count; readonly costs: readonly Cost[] } => {
  const monthly = bills.filter(({ pods, total }) => pods.per === 'month' && total !== undefined);
  const costs = new Map<string, Cost>();
  for (const cost of monthly.flatMap((bill) => bill.costs)) {
    const before = costs.get(cost.price.provider);
    costs.set(cost.price.provider, {
      price: cost.price,
      expected: cost.expected + (before?.expected ?? 0),
      most: cost.most + (before?.most ?? 0),
    });
  }
  return { calls: sum(monthly.map(({ total }) => total ?? noCalls)), costs: [...costs.values()] };
};
