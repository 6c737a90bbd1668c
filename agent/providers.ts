import type { OpenProvider } from '../providers/provider.ts';
import type { PlanStore } from '../lib/plan.ts';

type ProviderType = PlanStore['provider']['type'];

/** How each provider is loaded. Only what a plan names is: SDKs cost time and memory. */
const loaders: Readonly<Record<ProviderType, () => Promise<OpenProvider>>> = {
  vault: async () => (await import('../providers/vault/open.ts')).openVault,
  aws: async () => (await import('../providers/aws/open.ts')).openAws,
  file: async () => (await import('../providers/file.ts')).openFile,
};

/** Loads a store's provider and opens the store with it. */
export const openStore: OpenProvider = async (store, context) => {
  const open = await loaders[store.provider.type]();
  return open(store, context);
};
