import type { Plan, PlanStore } from '../lib/plan.ts';
import type { OpenProvider, Provider, ProviderContext } from '../providers/provider.ts';
import type { AgentPaths } from './paths.ts';

type ProviderType = PlanStore['provider']['type'];

/** Opens a store of a plan. */
export type OpenPlanStore = (store: PlanStore, context: ProviderContext) => Promise<Provider>;

export interface OpenStoresOptions {
  readonly plan: Plan;
  readonly paths: Pick<AgentPaths, 'brokerTrust'>;
  /** 0 to 1, without 1. */
  readonly random: () => number;
}

/** How the broker's stores are opened: they share what leads there. */
const brokerLoader = ({ plan, paths, random }: OpenStoresOptions): (() => Promise<OpenPlanStore>) => {
  let loading: Promise<OpenPlanStore> | undefined;
  const load = async (): Promise<OpenPlanStore> => {
    const { broker } = plan;
    if (broker === undefined) throw new TypeError('the plan has a store of the broker and no broker');
    const { openBroker } = await import('../providers/broker/open.ts');
    const stores = plan.stores.filter(({ provider }) => provider.type === 'broker').length;
    return openBroker({ broker, stores, trustFile: paths.brokerTrust, random });
  };
  return () => (loading ??= load());
};

/** Loads a store's provider and opens the store with it. Only what a plan names is loaded: SDKs cost time and memory. */
export const openStores = (options: OpenStoresOptions): OpenPlanStore => {
  const loaders: Readonly<Record<ProviderType, () => Promise<OpenProvider | OpenPlanStore>>> = {
    vault: async () => (await import('../providers/vault/open.ts')).openVault,
    aws: async () => (await import('../providers/aws/open.ts')).openAws,
    file: async () => (await import('../providers/file.ts')).openFile,
    broker: brokerLoader(options),
  };
  return async (store, context) => {
    const open = await loaders[store.provider.type]();
    return open(store, context);
  };
};
