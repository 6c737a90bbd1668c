import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';

export interface OpenLimits {
  readonly inAll: number;
  /** For the stores of one namespace. */
  readonly ofOne: number;
}

/** Each store of Bitwarden is a process of its own, of 80 MiB and more: so many fit beside the broker, and no namespace gets them all. */
const defaultLimits: OpenLimits = { inAll: 24, ofOne: 4 };

const tooMany = (message: string): Result<never, ProviderError> => err(providerError('unavailable', message));

/** Counts the stores of Bitwarden that are open. */
export class OpenLimit {
  readonly #limits: OpenLimits;
  readonly #ofNamespaces = new Map<string, number>();
  #inAll = 0;

  constructor(limits: OpenLimits = defaultLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place for a store; `ok` gives it back, once.
   *
   * @param namespace of a SecretStore; undefined for ClusterSecretStores, which the platform makes
   */
  take(namespace: string | undefined): Result<() => void, ProviderError> {
    const { inAll, ofOne } = this.#limits;
    const open = namespace === undefined ? 0 : (this.#ofNamespaces.get(namespace) ?? 0);
    if (open >= ofOne)
      return tooMany(
        `namespace ${namespace ?? ''} has ${open} SecretStores of Bitwarden in use, which is as many as one may have; use one store for a project`,
      );
    if (this.#inAll >= inAll)
      return tooMany(
        `this broker has ${this.#inAll} stores of Bitwarden open, each a process of its own, and no room for more; use fewer stores`,
      );
    this.#inAll += 1;
    if (namespace !== undefined) this.#ofNamespaces.set(namespace, open + 1);
    let isGiven = false;
    return ok(() => {
      if (isGiven) return;
      isGiven = true;
      this.#inAll -= 1;
      if (namespace !== undefined) this.#giveBack(namespace);
    });
  }

  #giveBack(namespace: string): void {
    const left = (this.#ofNamespaces.get(namespace) ?? 1) - 1;
    if (left === 0) this.#ofNamespaces.delete(namespace);
    else this.#ofNamespaces.set(namespace, left);
  }
}
