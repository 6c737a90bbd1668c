import type { Plan, PlanSource, PlanStore } from '../../lib/plan.ts';

/** Names a store within a pod, the same in every plan of that pod: `SecretStore/vault-backend`. */
export const storeIdentity = (store: PlanStore): string => `${store.kind}/${store.name}`;

/** A source by what is read, whatever its place in the plan. */
export type SourceAddress = { readonly store: string } & Pick<
  PlanSource,
  'key' | 'version' | 'stage' | 'parameters' | 'find'
>;

/** The address of a source of a plan. `parsePlan` has checked that its store is there. */
export const sourceAddress = (plan: Plan, source: PlanSource): SourceAddress => {
  const store = plan.stores[source.store];
  const { key, version, stage, parameters, find } = source;
  return { store: store === undefined ? '' : storeIdentity(store), key, version, stage, parameters, find };
};

const pairs = (list: readonly { readonly name: string; readonly value: string }[]): unknown =>
  list.map(({ name, value }) => [name, value]);

const findParts = (find: SourceAddress['find']): readonly unknown[] =>
  find === undefined ? [] : [find.path ?? null, find.name ?? null, pairs(find.tags ?? [])];

/** An address as one text, to be compared and to be a Map's key. */
export const addressText = ({ store, key, version, stage, parameters = [], find }: SourceAddress): string =>
  JSON.stringify([store, key, version ?? null, stage ?? null, pairs(parameters), ...findParts(find)]);
