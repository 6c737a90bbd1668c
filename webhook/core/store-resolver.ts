import { admitsNamespace } from '../../lib/stores/conditions.ts';
import { readStore, type Store, type StoreKind, type StoreManifest } from '../../lib/stores/store.ts';
import { didYouMean, mostSuggestions, quoted } from '../../lib/text.ts';
import type { Catalogue } from './catalogue.ts';
import { addIssues, issue, type Issue } from './codes.ts';
import type { Settings } from './settings.ts';
import type { Identity } from '../../lib/connections/identity.ts';
import { usageOf } from './store-usage.ts';

/** What resolving goes by. */
export interface KnownToResolve {
  readonly identity: Identity;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

/** How messages name an object: its kind, and where it lives. */
export const objectPlace = (
  kind: string,
  { name = '', namespace }: { readonly name?: string; readonly namespace?: string },
): string =>
  namespace === undefined || kind === 'ClusterSecretStore'
    ? `${kind} ${name}`
    : `${kind} ${namespace}/${name}`;

/** Looks up the stores of a pod, each once, and keeps what was found and said. */
export class StoreResolver {
  readonly #known: KnownToResolve;
  /** What names mean, each looked up once. */
  readonly #named = new Map<string, StoreManifest | undefined>();
  readonly #stores = new Map<StoreManifest, Store | undefined>();
  /** Unknown stores and what is added about them. */
  readonly #unknown = new Map<string, string>();
  readonly issues: Issue[] = [];
  readonly warnings: string[] = [];

  constructor(known: KnownToResolve) {
    this.#known = known;
  }

  /** The store that a ref means by its name; `place` is what names it. */
  named(name: string, place: string): Store | undefined {
    const { identity, catalogue } = this.#known;
    if (!this.#named.has(name)) this.#named.set(name, catalogue.store(identity.namespace, name));
    const manifest = this.#named.get(name);
    if (manifest !== undefined) return this.#use(manifest);
    this.#refuse(name, undefined, place);
    return undefined;
  }

  /** The store of a kind, as an ExternalSecret names it. */
  ofKind(kind: StoreKind, name: string, place: string): Store | undefined {
    const { identity, catalogue } = this.#known;
    const manifest = catalogue.storeOfKind(kind, identity.namespace, name);
    if (manifest !== undefined) return this.#use(manifest);
    this.#refuse(name, kind, place);
    return undefined;
  }

  #use(manifest: StoreManifest): Store | undefined {
    if (!this.#stores.has(manifest)) this.#stores.set(manifest, this.#read(manifest));
    return this.#stores.get(manifest);
  }

  #read(manifest: StoreManifest): Store | undefined {
    const { identity, catalogue, settings } = this.#known;
    const place = objectPlace(manifest.kind, manifest.metadata);
    const { store, problems, unusable, warnings } = readStore(manifest);
    addIssues(this.issues, 'invalid_store', place, [...problems, ...unusable]);
    this.warnings.push(...warnings.map((warning) => `${place}: ${warning}`));
    if (store === undefined) return undefined;
    if (
      !admitsNamespace(store.conditions, identity.namespace, catalogue.namespaceLabels(identity.namespace))
    ) {
      const message = `its spec.conditions do not admit namespace ${quoted(identity.namespace)}; use a store of that namespace, or have the conditions extended`;
      this.issues.push(issue('store_not_admitted', place, message));
    }
    const usage = usageOf(store, identity, settings);
    const issues = [...usage.issues, ...usage.routeProblems];
    this.issues.push(...issues.map(({ code, message }) => issue(code, place, message)));
    this.warnings.push(...usage.warnings.map((warning) => `${place}: ${warning}`));
    return store;
  }

  #refuse(name: string, kind: StoreKind | undefined, place: string): void {
    const { identity } = this.#known;
    const own = `SecretStore ${quoted(name)} in namespace ${quoted(identity.namespace)}`;
    const absent = {
      SecretStore: own,
      ClusterSecretStore: `ClusterSecretStore ${quoted(name)}`,
      any: `${own} and no ClusterSecretStore of that name`,
    }[kind ?? 'any'];
    const message = `there is no ${absent}${this.#hint(name, kind)}`;
    this.issues.push(issue('unknown_store', place, message));
  }

  /** Where a store of this name may be found, or what was meant by it; worked out once for all that name it. */
  #hint(name: string, kind: StoreKind | undefined): string {
    const key = `${kind ?? ''} ${name}`;
    const hint =
      this.#unknown.get(key) ?? (this.#unknown.size < mostSuggestions ? this.#workOutHint(name, kind) : '');
    this.#unknown.set(key, hint);
    return hint;
  }

  #workOutHint(name: string, kind: StoreKind | undefined): string {
    const { identity, catalogue } = this.#known;
    const { namespace } = identity;
    const otherKind = kind === 'SecretStore' ? 'ClusterSecretStore' : 'SecretStore';
    if (kind !== undefined && catalogue.storeOfKind(otherKind, namespace, name) !== undefined)
      return `, but there is a ${otherKind}; write kind: ${otherKind}`;
    return kind !== 'ClusterSecretStore' && catalogue.storeElsewhere(namespace, name)
      ? `; another namespace has a SecretStore of that name, but a SecretStore serves its own only: create one in ${quoted(namespace)}, or a ClusterSecretStore`
      : didYouMean(name, catalogue.storeNames(namespace));
  }
}
