import { annotation } from '../../lib/annotation-names.ts';
import { admitsNamespace } from '../../lib/stores/conditions.ts';
import { readStore, type Store, type StoreManifest } from '../../lib/stores/store.ts';
import { didYouMean, mostSuggestions, quoted } from '../../lib/text.ts';
import type { InjectionRequest } from './annotations.ts';
import type { Catalogue } from './catalogue.ts';
import { issue, type Issue } from './codes.ts';
import { refProblems } from './ref-usage.ts';
import type { SecretRequest } from './secret-requests.ts';
import type { Settings } from './settings.ts';
import { usageIssues, type Identity } from './store-usage.ts';

/** A secret with the store that its ref means. */
export interface ResolvedSecret {
  readonly request: SecretRequest;
  readonly store: Store;
}

export interface Resolution {
  readonly secrets: readonly ResolvedSecret[];
  readonly issues: readonly Issue[];
  readonly warnings: readonly string[];
}

/** How messages name a store: its kind, and where it lives. */
const storePlace = ({ kind, metadata }: StoreManifest): string =>
  metadata.namespace === undefined || kind === 'ClusterSecretStore'
    ? `${kind} ${metadata.name ?? ''}`
    : `${kind} ${metadata.namespace}/${metadata.name ?? ''}`;

/** Where a store of this name may be found, or what was meant by it. */
const unknownStoreHint = (name: string, { namespace }: Identity, catalogue: Catalogue): string =>
  catalogue.storeElsewhere(namespace, name)
    ? `; another namespace has a SecretStore of that name, but a SecretStore serves its own only: create one in ${quoted(namespace)}, or a ClusterSecretStore`
    : didYouMean(name, catalogue.storeNames(namespace));

/** Looks up the stores of a pod's refs, each once, and keeps what was found and said. */
class Resolver {
  readonly #known: {
    readonly identity: Identity;
    readonly catalogue: Catalogue;
    readonly settings: Settings;
  };
  readonly #stores = new Map<string, Store | undefined>();
  /** Unknown stores and what is added about them. */
  readonly #unknown = new Map<string, string>();
  readonly issues: Issue[] = [];
  readonly warnings: string[] = [];

  constructor(known: {
    readonly identity: Identity;
    readonly catalogue: Catalogue;
    readonly settings: Settings;
  }) {
    this.#known = known;
  }

  #read(manifest: StoreManifest): Store | undefined {
    const { identity, catalogue, settings } = this.#known;
    const place = storePlace(manifest);
    const { store, problems, warnings } = readStore(manifest);
    this.issues.push(...problems.map((problem) => issue('invalid_store', place, problem)));
    this.warnings.push(...warnings.map((warning) => `${place}: ${warning}`));
    if (store === undefined) return undefined;
    if (
      !admitsNamespace(store.conditions, identity.namespace, catalogue.namespaceLabels(identity.namespace))
    ) {
      const message = `its spec.conditions do not admit namespace ${quoted(identity.namespace)}; use a store of that namespace, or have the conditions extended`;
      this.issues.push(issue('store_not_admitted', place, message));
    }
    const usage = usageIssues(store, identity, settings);
    this.issues.push(...usage.issues.map(({ code, message }) => issue(code, place, message)));
    this.warnings.push(...usage.warnings.map((warning) => `${place}: ${warning}`));
    return store;
  }

  /** Why a store is not there, worked out once for all refs to it. */
  #unknownMessage(name: string): string {
    const { identity, catalogue } = this.#known;
    const hint =
      this.#unknown.get(name) ??
      (this.#unknown.size < mostSuggestions ? unknownStoreHint(name, identity, catalogue) : '');
    this.#unknown.set(name, hint);
    return `there is no SecretStore ${quoted(name)} in namespace ${quoted(identity.namespace)} and no ClusterSecretStore of that name${hint}`;
  }

  /** `place` is the annotation that names the store. */
  store(name: string, place: string): Store | undefined {
    const { identity, catalogue } = this.#known;
    const manifest = catalogue.store(identity.namespace, name);
    if (manifest === undefined) {
      this.issues.push(issue('unknown_store', place, this.#unknownMessage(name)));
      return undefined;
    }
    if (!this.#stores.has(name)) this.#stores.set(name, this.#read(manifest));
    return this.#stores.get(name);
  }
}

/** The default store where refs that cannot be read may mean it: what is wrong with it is told along with them. */
const storeOfUnreadable = ({ store, unreadableRefs }: InjectionRequest): string[] =>
  unreadableRefs && store !== undefined ? [store] : [];

/** The names of the stores that a request needs: what the caller waits for before it resolves. */
export const neededStores = (request: InjectionRequest): readonly string[] => {
  const named = request.secrets.flatMap(({ ref }) => ref.store ?? request.store ?? []);
  return [...new Set([...named, ...storeOfUnreadable(request)])].sort();
};

/** Finds the store of every secret and checks that this pod may use it. */
export const resolve = (
  request: InjectionRequest,
  known: { readonly identity: Identity; readonly catalogue: Catalogue; readonly settings: Settings },
): Resolution => {
  const resolver = new Resolver(known);
  for (const name of storeOfUnreadable(request)) resolver.store(name, annotation('store'));
  const secrets = request.secrets.flatMap((secret): ResolvedSecret[] => {
    const name = secret.ref.store ?? request.store;
    if (name === undefined) {
      const message = `names no store; write <store>://<key>, or set ${annotation('store')} for all refs`;
      if (!request.storeUnreadable) resolver.issues.push(issue('store_not_named', secret.place, message));
      return [];
    }
    const store = resolver.store(name, secret.ref.store === undefined ? annotation('store') : secret.place);
    if (store === undefined) return [];
    const problems = refProblems(secret.ref, store);
    resolver.issues.push(...problems.map((problem) => issue('unsupported_ref', secret.place, problem)));
    return [{ request: secret, store }];
  });
  return { secrets, issues: resolver.issues, warnings: [...new Set(resolver.warnings)] };
};
