import type { BrokerInstall } from '../../lib/broker/install.ts';
import type { BrokerRead } from '../../lib/broker/protocol.ts';
import { routeOf } from '../../lib/broker/route.ts';
import type { AccessRequest, Asked } from '../../lib/policy/access.ts';
import { decideAccess } from '../../lib/policy/decide.ts';
import { filterFound, type FilteredFind } from '../../lib/policy/filter-found.ts';
import { namedKeys } from '../../lib/policy/named-keys.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { admitsNamespace } from '../../lib/stores/conditions.ts';
import { serverProblems, type ServerRules } from '../../lib/stores/named-servers.ts';
import { readStore, type Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';
import type { Caller } from '../identity/identity.ts';
import { boundStore } from '../stores/bound-store.ts';
import type { AccessObjects } from './objects.ts';

/** Who asks for what. */
export interface Question {
  readonly caller: Pick<Caller, 'namespace' | 'serviceAccount'>;
  readonly read: Pick<BrokerRead, 'store' | 'key' | 'find'>;
}

/** What a caller may read. */
export interface Grant {
  /** As the caches have it now; another object where its manifest has changed. */
  readonly store: Store;
  /** What allows it, for the audit log. */
  readonly rule: string;
}

export interface AccessOptions {
  readonly objects: AccessObjects;
  /** What the install lets the broker use, as it is now. */
  readonly install: () => BrokerInstall;
  readonly servers: ServerRules;
}

const storeName = ({ kind, name }: BrokerRead['store']): string => `${kind} ${quoted(name)}`;

const missing = (store: BrokerRead['store'], namespace: string): ProviderError =>
  providerError(
    'not_found',
    store.kind === 'SecretStore'
      ? `there is no ${storeName(store)} in the namespace ${namespace}`
      : `there is no ${storeName(store)}`,
  );

/** Decides who may have what, from the objects of the caches as they are now. No backend is asked. */
export class AccessControl {
  readonly #objects: AccessObjects;
  readonly #install: () => BrokerInstall;
  readonly #servers: ServerRules;

  constructor({ objects, install, servers }: AccessOptions) {
    this.#servers = servers;
    this.#objects = objects;
    this.#install = install;
  }

  /** Decides before anything is read. */
  decide({ caller, read }: Question): Result<Grant, ProviderError> {
    const store = this.#usable(caller, read.store);
    if (!store.ok) return store;
    const asked: Asked = read.find === undefined ? { kind: 'key', key: read.key } : { kind: 'find' };
    const rule = this.#ask(caller, store.value, asked);
    return rule.ok ? ok({ store: store.value, rule: rule.value }) : rule;
  }

  /** Decides on what a key turned out to be at the backend. */
  decideRead(
    { caller, read: { key } }: Question,
    { store }: Grant,
    canonical: string,
  ): Result<string, ProviderError> {
    return this.#ask(caller, store, { kind: 'read', key, canonical });
  }

  /** Leaves of what was found what the caller may have, and counts the rest. */
  filter<V>(
    { caller, read: { find = {} } }: Question,
    { store }: Grant,
    found: ReadonlyMap<string, V>,
  ): FilteredFind<V> {
    return filterFound(this.#request(caller, store), find, found);
  }

  /** Changes whenever a decision may be another one. */
  get generation(): number {
    return this.#objects.generation;
  }

  /** The store, where it is there, admits the namespace and is the broker's to read for this caller. */
  #usable(caller: Question['caller'], named: BrokerRead['store']): Result<Store, ProviderError> {
    const { namespace } = caller;
    const manifest = this.#objects.store(named.kind, namespace, named.name);
    if (manifest === undefined) return err(missing(named, namespace));
    const { store, problems, unusable } = readStore(manifest);
    if (store === undefined)
      return err(
        providerError(
          'invalid',
          `${storeName(named)} cannot be used: ${[...problems, ...unusable].join('; ')}`,
        ),
      );
    if (!admitsNamespace(store.conditions, namespace, this.#objects.namespaceLabels(namespace)))
      return err(
        providerError(
          'denied',
          `the conditions of ${storeName(named)} do not admit the namespace ${namespace}`,
        ),
      );
    const [problem] = serverProblems(store, this.#servers);
    if (problem !== undefined) return err(providerError('denied', `${storeName(named)}: ${problem}`));
    const route = routeOf(store, caller, this.#install());
    if (route.by === 'broker') return ok(boundStore(store, route.as));
    return err(
      route.by === 'agent'
        ? providerError(
            'denied',
            `${storeName(named)} is not read through the broker: the pod's agent reads it with its own identity`,
          )
        : providerError(
            'denied',
            `${storeName(named)}: ${route.problems.map(({ message }) => message).join('; ')}`,
          ),
    );
  }

  #request({ namespace, serviceAccount }: Question['caller'], store: Store): Omit<AccessRequest, 'asked'> {
    return {
      store,
      readBy: 'broker',
      who: { namespace, namespaceLabels: this.#objects.namespaceLabels(namespace), serviceAccount },
      named: namedKeys(this.#objects.externalSecrets(namespace), store),
    };
  }

  #ask(caller: Question['caller'], store: Store, asked: Asked): Result<string, ProviderError> {
    const decision = decideAccess({ ...this.#request(caller, store), asked });
    return decision.allowed ? ok(decision.rule) : err(providerError('denied', decision.reason));
  }
}
