import type { ExternalSecretManifest, StoreName } from '../external-secrets/external-secret.ts';
import { readExternalSecret } from '../external-secrets/read.ts';
import type { Store } from '../stores/store.ts';
import { canonicalKey } from './canonical.ts';
import { canonicalText } from './canonical-names.ts';

/** The keys that ExternalSecrets name for one store. Answers are what names them (`ExternalSecret payments/db`). */
export interface NamedKeys {
  /** By a key's canonical form. */
  byCanonical(namespace: string, canonical: string): string | undefined;
  /** By a key's very words. */
  byText(namespace: string, key: string): string | undefined;
}

/** What one ExternalSecret names of one store. */
interface Naming {
  readonly namespace: string;
  readonly rule: string;
  readonly keys: readonly string[];
}

const storeId = ({ kind, name }: StoreName): string => `${kind}/${name}`;

/** Where the API server puts what says nothing else; manifests of files may. */
const defaultNamespace = 'default';

const namingsOf = (manifest: ExternalSecretManifest): ReadonlyMap<string, Naming> => {
  const { externalSecret } = readExternalSecret(manifest);
  const { sets = [], entries = [] } = externalSecret ?? {};
  const fetched = [...sets.filter((set) => set.kind === 'extract'), ...entries];
  const { namespace = defaultNamespace, name = '' } = manifest.metadata;
  const rule = `ExternalSecret ${namespace}/${name}`;
  const byStore = Map.groupBy(fetched, ({ store }) => storeId(store));
  return new Map(
    [...byStore].map(([id, of]) => [id, { namespace, rule, keys: of.map(({ remote }) => remote.key) }]),
  );
};

/** What a function gives for an object, worked out once: objects of the caches are never changed, only replaced. */
const remembered = <K extends object, V>(work: (key: K) => V): ((key: K) => V) => {
  const results = new WeakMap<K, V>();
  return (key) => {
    if (!results.has(key)) results.set(key, work(key));
    return results.get(key) as V;
  };
};

const rememberedNamings = remembered(namingsOf);

/** By store. */
const indexOf = remembered(
  (manifests: readonly ExternalSecretManifest[]): ReadonlyMap<string, readonly Naming[]> => {
    const index = new Map<string, Naming[]>();
    for (const manifest of manifests)
      for (const [id, naming] of rememberedNamings(manifest)) {
        const namings = index.get(id);
        if (namings === undefined) index.set(id, [naming]);
        else namings.push(naming);
      }
    return index;
  },
);

/** No namespace has a line break in its name. */
const within = (namespace: string, text: string): string => `${namespace}\n${text}`;

const collect = (namings: readonly Naming[], { provider, namespace: own }: Store): NamedKeys => {
  const texts = new Map<string, string>();
  const canonicals = new Map<string, string>();
  for (const { namespace, rule, keys } of namings) {
    // A SecretStore of the same name in another namespace is another store.
    if (own !== undefined && own !== namespace) continue;
    for (const key of keys) {
      const canonical = canonicalKey(key, provider);
      if (!canonical.ok) continue;
      texts.set(within(namespace, key), rule);
      canonicals.set(within(namespace, canonicalText(canonical.value)), rule);
    }
  }
  return {
    byCanonical: (namespace, canonical) => canonicals.get(within(namespace, canonical)),
    byText: (namespace, key) => texts.get(within(namespace, key)),
  };
};

/** By list and store. */
const known = new WeakMap<readonly ExternalSecretManifest[], WeakMap<Store, NamedKeys>>();

/**
 * The keys that ExternalSecrets name for a store, each for pods of its own namespace: those of `data[].remoteRef` and `dataFrom[].extract`. One
 * with problems names nothing, and a `find` names no key. Worked out once for a list and a store: hand in the same list (of a namespace, or of
 * all) as long as nothing in it has changed.
 */
export const namedKeys = (manifests: readonly ExternalSecretManifest[], store: Store): NamedKeys => {
  const byStore = known.get(manifests) ?? new WeakMap<Store, NamedKeys>();
  known.set(manifests, byStore);
  const keys = byStore.get(store) ?? collect(indexOf(manifests).get(storeId(store)) ?? [], store);
  byStore.set(store, keys);
  return keys;
};
