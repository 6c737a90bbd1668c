import { annotation } from '../../lib/annotation-names.ts';
import type { Ref } from '../../lib/ref.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';
import type { InjectionRequest } from './annotations.ts';
import { addIssues, issue, type Issue } from './codes.ts';
import { ExternalSecretResolver, type ResolvedExternalSecret } from './external-secrets.ts';
import { refProblems } from './ref-usage.ts';
import type { SecretRequest, TemplateRef, TemplateRequest } from './requests.ts';
import { StoreResolver, type KnownToResolve } from './store-resolver.ts';

/** A secret with the store that its ref means. */
export interface ResolvedSecret {
  readonly request: SecretRequest;
  readonly store: Store;
}

/** A template with the stores that its refs mean. */
export interface ResolvedTemplate {
  readonly request: TemplateRequest;
  readonly refs: readonly (TemplateRef & { readonly store: Store })[];
}

/** All that a pod asks for, with its stores. */
export interface Resolved {
  readonly secrets: readonly ResolvedSecret[];
  readonly templates: readonly ResolvedTemplate[];
  readonly externalSecrets: readonly ResolvedExternalSecret[];
}

export interface Resolution extends Resolved {
  readonly issues: readonly Issue[];
  readonly warnings: readonly string[];
}

/** The default store where refs that cannot be read may mean it: what is wrong with it is told along with them. */
const storeOfUnreadable = ({ store, unreadableRefs }: InjectionRequest): string[] =>
  unreadableRefs && store !== undefined ? [store] : [];

const refsOf = ({ secrets, templates }: InjectionRequest): readonly Ref[] => [
  ...secrets.map(({ ref }) => ref),
  ...templates.flatMap(({ refs }) => refs.map(({ ref }) => ref)),
];

/**
 * The names of the stores that the refs of a request mean: what the caller waits for before it resolves. What ExternalSecrets need
 * is known only when they are.
 */
export const neededStores = (request: InjectionRequest): readonly string[] => {
  const named = refsOf(request).flatMap(({ store }) => store ?? request.store ?? []);
  return [...new Set([...named, ...storeOfUnreadable(request)])].sort();
};

/** Finds the stores of refs in annotations. */
class RefResolver {
  readonly #request: InjectionRequest;
  readonly #stores: StoreResolver;
  readonly issues: Issue[] = [];

  constructor(request: InjectionRequest, stores: StoreResolver) {
    this.#request = request;
    this.#stores = stores;
  }

  /** `subject` is the ref as it is written, where the annotation may have several. */
  store(ref: Ref, place: string, subject?: string): Store | undefined {
    const name = ref.store ?? this.#request.store;
    if (name === undefined) {
      const message = `${subject === undefined ? '' : `${subject} `}names no store; write <store>://<key>, or set ${annotation('store')} for all refs`;
      if (!this.#request.storeUnreadable) this.issues.push(issue('store_not_named', place, message));
      return undefined;
    }
    const store = this.#stores.named(name, ref.store === undefined ? annotation('store') : place);
    if (store === undefined) return undefined;
    const problems = refProblems(ref, store).map((problem) =>
      subject === undefined ? problem : `${subject}: ${problem}`,
    );
    addIssues(this.issues, 'unsupported_ref', place, problems);
    return store;
  }

  secret(request: SecretRequest): ResolvedSecret[] {
    const store = this.store(request.ref, request.place);
    return store === undefined ? [] : [{ request, store }];
  }

  template(request: TemplateRequest): ResolvedTemplate {
    const refs = request.refs.flatMap((ref) => {
      const store = this.store(ref.ref, request.place, quoted(ref.text));
      return store === undefined ? [] : [{ ...ref, store }];
    });
    return { request, refs };
  }
}

/** Finds the store of everything that is read, and checks that this pod may use it. */
export const resolve = (request: InjectionRequest, known: KnownToResolve): Resolution => {
  const stores = new StoreResolver(known);
  const refs = new RefResolver(request, stores);
  const externalSecrets = new ExternalSecretResolver(known, stores);
  for (const name of storeOfUnreadable(request)) stores.named(name, annotation('store'));
  const resolved: Resolved = {
    secrets: request.secrets.flatMap((secret) => refs.secret(secret)),
    templates: request.templates.map((template) => refs.template(template)),
    externalSecrets: request.externalSecrets.flatMap((name) => externalSecrets.resolve(name) ?? []),
  };
  return {
    ...resolved,
    issues: [...stores.issues, ...refs.issues, ...externalSecrets.issues],
    warnings: [...new Set([...stores.warnings, ...externalSecrets.warnings])],
  };
};
