import { given } from '../../lib/given.ts';
import type { PlanFind, PlanSource } from '../../lib/plan.ts';
import type { Ref } from '../../lib/ref.ts';
import type { Store } from '../../lib/stores/store.ts';

/** Something that a file needs: a ref, or all that fits. */
export interface WantedSource {
  readonly store: Store;
  readonly read: Ref | PlanFind;
  readonly intervalSeconds: number;
}

export const storeKey = ({ kind, name }: Pick<Store, 'kind' | 'name'>): string => `${name} ${kind}`;

/** Once (0) gives way to any interval: what is read together is fresh together. */
const shorterInterval = (a: number, b: number): number =>
  a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);

const isRef = (read: Ref | PlanFind): read is Ref => 'key' in read;

const pairs = (items: readonly { readonly name: string; readonly value: string }[] | undefined): unknown =>
  (items ?? []).map(({ name, value }) => [name, value]);

const keyOf = (source: PlanSource): string => {
  const { store, key, version, stage, parameters, find } = source;
  const found = find && [find.path ?? '', find.name ?? '', pairs(find.tags)];
  return JSON.stringify([
    store,
    key,
    version ?? '',
    stage ?? '',
    pairs(parameters),
    ...(found ? [found] : []),
  ]);
};

/**
 * What is read for all files of a pod: one source for each store, key, version, stage, set of parameters and find, at the shortest
 * interval that anything made of it asks for.
 */
export class SourceCollector {
  readonly #stores: ReadonlyMap<string, number>;
  readonly #merged = new Map<string, PlanSource>();

  /** `stores` are the plan's, by `storeKey`, in its order. */
  constructor(stores: readonly string[]) {
    this.#stores = new Map(stores.map((key, index) => [key, index]));
  }

  /** Names the source, for `indexes`. */
  add({ store, read, intervalSeconds }: WantedSource): string {
    const index = this.#stores.get(storeKey(store)) ?? -1;
    const source: PlanSource = isRef(read)
      ? {
          store: index,
          key: read.key,
          ...given({
            version: read.version,
            stage: read.stage,
            parameters: read.parameters && [...read.parameters],
          }),
          intervalSeconds,
        }
      : { store: index, key: '', find: read, intervalSeconds };
    const key = keyOf(source);
    const seen = this.#merged.get(key)?.intervalSeconds ?? intervalSeconds;
    this.#merged.set(key, { ...source, intervalSeconds: shorterInterval(seen, intervalSeconds) });
    return key;
  }

  /** All of them, in an order that does not depend on who asked first, and the place of each. */
  collect(): { readonly sources: PlanSource[]; readonly indexes: ReadonlyMap<string, number> } {
    const sorted = [...this.#merged].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      sources: sorted.map(([, source]) => source),
      indexes: new Map(sorted.map(([key], index) => [key, index])),
    };
  }
}
