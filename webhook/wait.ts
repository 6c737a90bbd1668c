import type { Clock } from '../lib/clock.ts';
import { storesOf } from '../lib/external-secrets/read.ts';
import type { LookUpCache, ObjectKey } from '../lib/kube/cache.ts';
import { readsNamespaceLabels, readsServiceAccount, type StoreManifest } from '../lib/stores/store.ts';
import { catalogueOf, placesOfExternalSecret, placesOfNamedStore, placesOfStore } from './catalogue.ts';
import type { Catalogue } from './core/catalogue.ts';

/** How long an admission waits for what the cache does not know yet: Helm and Argo CD apply everything at once. */
export const waitMilliseconds = 2000;

/** What is waited for at a time: whoever writes manifests decides how much is missing, and every wait takes memory. */
const mostAtATime = 100;

/** What an admission looks up. */
export interface Wanted {
  readonly namespace: string;
  /** Names; a SecretStore of the namespace or a ClusterSecretStore. */
  readonly stores: readonly string[];
  /** Names; which stores they need in turn is known once they are. */
  readonly externalSecrets: readonly string[];
  /** Needed where one of the stores reads its annotations. */
  readonly serviceAccount: string;
}

/** Something to look up: what there is of it, and everywhere that it may be. */
interface LookUp {
  readonly found: object | undefined;
  readonly places: readonly ObjectKey[];
}

const storeLookUps = (
  catalogue: Catalogue,
  { namespace, stores, externalSecrets }: Wanted,
): readonly (LookUp & { readonly found: StoreManifest | undefined })[] => [
  ...stores.map((name) => ({
    found: catalogue.store(namespace, name),
    places: placesOfNamedStore(namespace, name),
  })),
  ...externalSecrets
    .flatMap((name) => storesOf(catalogue.externalSecret(namespace, name)))
    .map(({ kind, name }) => ({
      found: catalogue.storeOfKind(kind, namespace, name),
      places: placesOfStore(kind, namespace, name),
    })),
];

/** Everything that the decision needs, as far as that is known by now. */
const lookUps = (catalogue: Catalogue, wanted: Wanted): readonly LookUp[] => {
  const { namespace, externalSecrets, serviceAccount: name } = wanted;
  const stores = storeLookUps(catalogue, wanted);
  const needs = (reads: (store: StoreManifest) => boolean): boolean =>
    stores.some(({ found }) => found !== undefined && reads(found));
  return [
    ...externalSecrets.map((secret) => ({
      found: catalogue.externalSecret(namespace, secret),
      places: placesOfExternalSecret(namespace, secret),
    })),
    ...stores,
    ...(needs(readsNamespaceLabels)
      ? [
          {
            found: catalogue.namespaceLabels(namespace),
            places: [{ kind: 'Namespace' as const, name: namespace }],
          },
        ]
      : []),
    ...(needs(readsServiceAccount)
      ? [
          {
            found: catalogue.serviceAccountAnnotations(namespace, name),
            places: [{ kind: 'ServiceAccount' as const, namespace, name }],
          },
        ]
      : []),
  ];
};

/**
 * Resolves when all that is wanted is known, or the time is up. At once where all is known already. What comes may need something
 * else (an ExternalSecret its stores, a store the ServiceAccount or the Namespace), which is waited for with what is left of the time until `deadline`, in
 * monotonic milliseconds.
 */
export const waitForObjects = async (
  cache: LookUpCache,
  wanted: Wanted,
  clock: Clock,
  deadline = clock.monotonic() + waitMilliseconds,
): Promise<void> => {
  const catalogue = catalogueOf(cache);
  const missing = (): readonly LookUp[] =>
    lookUps(catalogue, wanted).filter(({ found }) => found === undefined);
  const stop = new AbortController();
  for (let absent = missing(); absent.length > 0; absent = missing()) {
    const timeoutMilliseconds = deadline - clock.monotonic();
    if (timeoutMilliseconds <= 0) break;
    const options = { timeoutMilliseconds, signal: stop.signal };
    const arrived = await Promise.all(
      absent
        .slice(0, mostAtATime)
        .map(({ places }) => Promise.race(places.map((place) => cache.waitFor(place, options)))),
    );
    if (arrived.includes(undefined)) break;
  }
  stop.abort();
};
