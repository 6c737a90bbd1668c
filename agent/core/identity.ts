import type { Plan, PlanFile, PlanSource, PlanStore } from '../../lib/plan.ts';

/** Names a store within a pod, the same in every plan of that pod: `SecretStore/vault-backend`. */
export const storeIdentity = (store: PlanStore): string => `${store.kind}/${store.name}`;

/** A source by what is read, whatever its place in the plan. */
export type SourceAddress = { readonly store: string } & Pick<
  PlanSource,
  'key' | 'version' | 'stage' | 'parameters'
>;

/** The address of a source of a plan. `parsePlan` has checked that its store is there. */
export const sourceAddress = (plan: Plan, source: PlanSource): SourceAddress => {
  const store = plan.stores[source.store];
  const { key, version, stage, parameters } = source;
  return { store: store === undefined ? '' : storeIdentity(store), key, version, stage, parameters };
};

/** An address as one text, to be compared and to be a Map's key. */
export const addressText = ({ store, key, version, stage, parameters = [] }: SourceAddress): string =>
  JSON.stringify([
    store,
    key,
    version ?? null,
    stage ?? null,
    parameters.map(({ name, value }) => [name, value]),
  ]);

/** The address of the source that a file of a plan is made of. */
export const addressOfFile = (plan: Plan, file: PlanFile): SourceAddress => {
  const source = plan.sources[file.source];
  return source === undefined ? { store: '', key: '' } : sourceAddress(plan, source);
};
