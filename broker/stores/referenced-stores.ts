import { credentialRefsOf } from '../../lib/broker/credentials.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { given } from '../../lib/given.ts';
import type { Logger } from '../../lib/log.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import type { Ref } from '../../lib/ref.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';
import { describeThrown } from '../../lib/thrown.ts';
import type { Provider } from '../../providers/provider.ts';

export interface ReferencedStoresOptions {
  /** The ClusterSecretStore of a name, as it is now. */
  readonly clusterStore: (name: string) => Store | undefined;
  readonly open: (store: Store) => Promise<Result<Provider, ProviderError>>;
  readonly log: Logger;
  /** Ends reads. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly store: Store;
  readonly opening: Promise<Result<Provider, ProviderError>>;
}

const noAnswer = err(providerError('unavailable', 'the store gave no answer'));

const takesCredential = (name: string): Result<never, ProviderError> =>
  err(
    providerError(
      'invalid',
      `ClusterSecretStore ${quoted(name)} takes a credential itself; use one that the broker logs in to with a ServiceAccount`,
    ),
  );

/** Stores that credentials are kept in, each kept open with its login until its manifest is another one. */
export class ReferencedStores {
  readonly #options: ReferencedStoresOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: ReferencedStoresOptions) {
    this.#options = options;
  }

  /** Reads what a ref names, whole; the store is one that takes no credential itself, or there would be no end. Never rejects. */
  async read(ref: Ref): Promise<Result<Redacted<Buffer>, ProviderError>> {
    try {
      return await this.#read(ref);
    } catch (error) {
      this.#options.log.error(
        { store: ref.store, ...describeThrown(error) },
        'a provider failed unexpectedly',
      );
      return err(providerError('unavailable', 'the provider failed unexpectedly'));
    }
  }

  async #read({
    store: name = '',
    key,
    version,
    stage,
  }: Ref): Promise<Result<Redacted<Buffer>, ProviderError>> {
    const provider = await this.#open(name);
    if (!provider.ok) return provider;
    const source = { store: 0, key, intervalSeconds: 0, ...given({ version, stage }) };
    const [outcome = noAnswer] = await provider.value.read([source], this.#options.signal);
    return outcome.ok ? ok(outcome.value.bytes) : outcome;
  }

  #open(name: string): Promise<Result<Provider, ProviderError>> | Result<never, ProviderError> {
    const store = this.#options.clusterStore(name);
    const held = this.#held.get(name);
    if (store !== undefined && held !== undefined && deepEqual(store, held.store)) return held.opening;
    this.#close(name);
    if (store === undefined)
      return err(
        providerError('not_found', `there is no ClusterSecretStore ${quoted(name)} that can be read`),
      );
    if (credentialRefsOf(store).length > 0) return takesCredential(name);
    return this.#openAnew(name, store);
  }

  async #openAnew(name: string, store: Store): Promise<Result<Provider, ProviderError>> {
    const opening = this.#options.open(store);
    const held = { store, opening };
    this.#held.set(name, held);
    const forget = (): void => {
      if (this.#held.get(name) === held) this.#held.delete(name);
    };
    try {
      const opened = await opening;
      if (!opened.ok) forget();
      return opened;
    } catch (error) {
      forget();
      throw error;
    }
  }

  #close(name: string): void {
    const held = this.#held.get(name);
    this.#held.delete(name);
    held?.opening.then(
      (opened) => {
        if (opened.ok) opened.value.close();
      },
      () => undefined,
    );
  }
}
