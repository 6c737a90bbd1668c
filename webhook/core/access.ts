import { routeOf } from '../../lib/broker/route.ts';
import type { Identity } from '../../lib/connections/identity.ts';
import { canonicalKey } from '../../lib/policy/canonical.ts';
import { decideAccess, type Asked, type Asker } from '../../lib/policy/decide.ts';
import { namedKeys, type NamedKeys } from '../../lib/policy/named-keys.ts';
import { admitsNamespace } from '../../lib/stores/conditions.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { Catalogue } from './catalogue.ts';
import { issue, type Issue } from './codes.ts';
import { findsOf, readsOf } from './reads.ts';
import type { Resolved } from './resolve.ts';
import type { Settings } from './settings.ts';

/** What the policy is asked with. */
export interface KnownToAccess {
  readonly identity: Identity;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

/** One thing that a pod wants of a store. */
interface Want {
  readonly place: string;
  readonly field?: string | undefined;
  readonly store: Store;
  readonly asked: Asked;
}

const wantsOf = (resolved: Resolved): readonly Want[] => [
  ...readsOf(resolved).map(({ place, field, store, ref: { key } }) => ({
    ...{ place, field, store },
    asked: { kind: 'key' as const, key },
  })),
  ...findsOf(resolved).map((found) => ({ ...found, asked: { kind: 'find' as const } })),
];

/** Asks the policy for the stores of one pod. */
class Policy {
  readonly #known: KnownToAccess;
  #who: Asker | undefined;
  readonly #readers = new Map<Store, 'agent' | 'broker' | 'nobody'>();
  readonly #named = new Map<Store, NamedKeys>();

  constructor(known: KnownToAccess) {
    this.#known = known;
  }

  /** Why a pod may not have something; undefined where it may. */
  refusal({ store, asked }: Want): string | undefined {
    const readBy = this.#readerOf(store);
    // What nobody reads is refused for that; what the agent reads is limited where the store says so.
    if (readBy === 'nobody' || (readBy === 'agent' && store.access === undefined)) return undefined;
    // Said already, once for the store.
    if (!admitsNamespace(store.conditions, this.#asker().namespace, this.#asker().namespaceLabels))
      return undefined;
    const decision = decideAccess({ store, readBy, who: this.#asker(), named: this.#namedIn(store), asked });
    return decision.allowed ? undefined : decision.reason;
  }

  #asker(): Asker {
    const { identity, catalogue } = this.#known;
    const { namespace, serviceAccount } = identity;
    this.#who ??= { namespace, serviceAccount, namespaceLabels: catalogue.namespaceLabels(namespace) };
    return this.#who;
  }

  #readerOf(store: Store): 'agent' | 'broker' | 'nobody' {
    const { identity, settings } = this.#known;
    const reader = this.#readers.get(store) ?? routeOf(store, identity, settings.broker?.install).by;
    this.#readers.set(store, reader);
    return reader;
  }

  #namedIn(store: Store): NamedKeys {
    const { catalogue, identity } = this.#known;
    const named = this.#named.get(store) ?? namedKeys(catalogue.externalSecrets(identity.namespace), store);
    this.#named.set(store, named);
    return named;
  }
}

/** What the stores' policies do not give to a pod. */
export interface Refusals {
  readonly issues: readonly Issue[];
  /** Whether all of it would be given if ExternalSecrets of the namespace named it: they may be on their way. */
  readonly nameable: boolean;
}

/** Finding takes a rule, and a key that cannot be compared is nobody's, whatever ExternalSecrets say. */
const isNameable = ({ store, asked }: Want): boolean =>
  asked.kind === 'key' && canonicalKey(asked.key, store.provider).ok;

/** Every key that the stores' policies do not give to the pod. The broker decides the same again at each read. */
export const accessRefusals = (resolved: Resolved, known: KnownToAccess): Refusals => {
  const policy = new Policy(known);
  const refused = wantsOf(resolved).flatMap((want) => {
    const reason = policy.refusal(want);
    return reason === undefined ? [] : [{ want, reason }];
  });
  return {
    issues: refused.map(({ want: { place, field }, reason }) =>
      issue('access_denied', place, field === undefined ? reason : `${field}: ${reason}`),
    ),
    nameable: refused.every(({ want }) => isNameable(want)),
  };
};
