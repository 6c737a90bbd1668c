import { serviceAccountOf } from '../../../lib/broker/accounts.ts';
import type { Store } from '../../../lib/stores/store.ts';
import type { Wanted } from '../upstream.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sortKeys = (_key: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/**
 * The text of a store's place and of whom it is read as (a ClusterSecretStore may mean another ServiceAccount for each namespace of pods), the same
 * whatever else its manifest says.
 */
export const storePlace = (store: Store): string => {
  const { kind, namespace, name } = store;
  const account = serviceAccountOf(store);
  return JSON.stringify([
    ...[kind, namespace ?? null, name],
    account === undefined ? null : [account.namespace ?? null, account.name],
  ]);
};

const known = new WeakMap<Store, string>();

/**
 * The same text for stores that are read in the same way: whoever else may use them, and whatever else of a manifest has changed, does not
 * matter here.
 */
export const storeIdentity = (store: Store): string => {
  const identity = known.get(store) ?? `${storePlace(store)} ${JSON.stringify(store.provider, sortKeys)}`;
  known.set(store, identity);
  return identity;
};

type Named = readonly { readonly name: string; readonly value: string }[];

const pairs = (named: Named | undefined): readonly (readonly [string, string])[] | null =>
  named
    ?.map(({ name, value }) => [name, value] as const)
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) ?? null;

/** The same text for what one read of a store can answer. */
export const wantedIdentity = ({ key, version, stage, parameters, find }: Wanted): string =>
  JSON.stringify([
    key,
    version ?? null,
    stage ?? null,
    pairs(parameters),
    find === undefined ? null : [find.path ?? null, find.name ?? null, pairs(find.tags)],
  ]);

/** The same for one pod alone. */
export const podIdentity = (wanted: string, podUid: string): string => `${wanted} ${JSON.stringify(podUid)}`;
