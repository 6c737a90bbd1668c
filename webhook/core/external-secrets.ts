import type {
  ExternalSecret,
  ExternalSecretEntry,
  ExternalSecretSet,
} from '../../lib/external-secrets/external-secret.ts';
import { readExternalSecret } from '../../lib/external-secrets/read.ts';
import { refOf } from '../../lib/external-secrets/remote-ref.ts';
import { maximumPlanBytes } from '../../lib/plan.ts';
import type { Ref } from '../../lib/ref.ts';
import type { Store } from '../../lib/stores/store.ts';
import { didYouMean, mostSuggestions, quoted } from '../../lib/text.ts';
import { annotation } from '../../lib/annotation-names.ts';
import { addIssues, issue, type Issue } from './codes.ts';
import { findProblems } from './find-usage.ts';
import { refProblems } from './ref-usage.ts';
import { objectPlace, type KnownToResolve, type StoreResolver } from './store-resolver.ts';

type SetOf<K extends ExternalSecretSet['kind']> = Extract<ExternalSecretSet, { readonly kind: K }>;

/** An entry of `data` with the store that it reads from, and what it reads there. */
export interface ResolvedEntry {
  readonly entry: ExternalSecretEntry;
  readonly store: Store;
  readonly ref: Ref;
}

/** The same of `dataFrom`; what is found has no ref. */
export type ResolvedSet =
  | { readonly kind: 'extract'; readonly set: SetOf<'extract'>; readonly store: Store; readonly ref: Ref }
  | { readonly kind: 'find'; readonly set: SetOf<'find'>; readonly store: Store };

/** An ExternalSecret with all its stores. */
export interface ResolvedExternalSecret {
  readonly externalSecret: ExternalSecret;
  /** For messages. */
  readonly place: string;
  readonly sets: readonly ResolvedSet[];
  readonly entries: readonly ResolvedEntry[];
}

/** An entry takes 50 bytes of a plan at the very least. */
const mostParts = maximumPlanBytes / 50;

const externalSecretsPlace = annotation('external-secrets');

/** Looks up the ExternalSecrets that a pod names, and keeps what was found and said. */
export class ExternalSecretResolver {
  readonly #known: KnownToResolve;
  readonly #stores: StoreResolver;
  #unknown = 0;
  /** Entries of all ExternalSecrets so far. */
  #parts = 0;
  readonly issues: Issue[] = [];
  readonly warnings: string[] = [];

  constructor(known: KnownToResolve, stores: StoreResolver) {
    this.#known = known;
    this.#stores = stores;
  }

  /** Undefined where it is not there or cannot be read, which the issues say then. */
  resolve(name: string): ResolvedExternalSecret | undefined {
    const { identity, catalogue } = this.#known;
    const { namespace } = identity;
    const manifest = catalogue.externalSecret(namespace, name);
    if (manifest === undefined) {
      this.#refuseUnknown(name);
      return undefined;
    }
    const place = objectPlace('ExternalSecret', { namespace, name });
    const { externalSecret, problems, unusable, warnings } = readExternalSecret(manifest);
    addIssues(this.issues, 'invalid_external_secret', place, [...problems, ...unusable]);
    for (const warning of warnings) this.warnings.push(`${place}: ${warning}`);
    if (externalSecret === undefined || !this.#hasRoomFor(externalSecret, place)) return undefined;
    const sets = externalSecret.sets.flatMap((set) => this.#set(set, place));
    const entries = externalSecret.entries.flatMap((entry) => this.#entry(entry, place));
    return { externalSecret, place, sets, entries };
  }

  /** Whether there may still be a plan that is small enough: the rest of the work is not begun where there cannot. */
  #hasRoomFor({ entries, sets }: ExternalSecret, place: string): boolean {
    this.#parts += entries.length + sets.length;
    if (this.#parts <= mostParts) return true;
    const message = `its ${entries.length + sets.length} entries of data and dataFrom are too many: a pod's plan cannot hold ${mostParts}`;
    this.issues.push(issue('plan_too_large', place, message));
    return false;
  }

  #refuseUnknown(name: string): void {
    const { identity, catalogue, settings } = this.#known;
    const { namespace } = identity;
    this.#unknown += 1;
    const elsewhere = this.#unknown <= mostSuggestions && catalogue.externalSecretElsewhere(namespace, name);
    const meant =
      this.#unknown <= mostSuggestions ? didYouMean(name, catalogue.externalSecretNames(namespace)) : '';
    const unread = settings.externalSecretsOperatorRead
      ? ''
      : '; those of external-secrets.io are not read in this install (externalSecretsOperator.read)';
    const hint = elsewhere
      ? `; another namespace has one of that name, but pods use those of their own: create it in ${quoted(namespace)}`
      : meant || unread;
    const message = `there is no ExternalSecret ${quoted(name)} in namespace ${quoted(namespace)}${hint}`;
    this.issues.push(issue('unknown_external_secret', externalSecretsPlace, message));
  }

  #store(
    { store: { kind, name } }: ExternalSecretEntry | ExternalSecretSet,
    place: string,
  ): Store | undefined {
    return this.#stores.ofKind(kind, name, place);
  }

  #check(problems: readonly string[], place: string): void {
    addIssues(this.issues, 'unsupported_ref', place, problems);
  }

  #entry(entry: ExternalSecretEntry, place: string): ResolvedEntry[] {
    const store = this.#store(entry, place);
    if (store === undefined) return [];
    return [{ entry, store, ref: this.#ref(entry, store, place) }];
  }

  #set(set: ExternalSecretSet, place: string): ResolvedSet[] {
    const store = this.#store(set, place);
    if (store === undefined) return [];
    if (set.kind === 'extract') return [{ kind: 'extract', set, store, ref: this.#ref(set, store, place) }];
    this.#check(
      findProblems(set.find, store).map((problem) => `${set.place}.${problem}`),
      place,
    );
    return [{ kind: 'find', set, store }];
  }

  #ref(fetched: ExternalSecretEntry | SetOf<'extract'>, store: Store, place: string): Ref {
    const ref = refOf(fetched, store.provider.type);
    this.#check(
      refProblems(ref, store).map((problem) => `${fetched.place}: ${problem}`),
      place,
    );
    return ref;
  }
}
