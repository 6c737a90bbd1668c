import { providerError, type ProviderError } from '../lib/provider-error.ts';
import { err, type Result } from '../lib/result.ts';

/**
 * Work that is done once for all who ask for it while it is under way, such as a login. A caller who gives up leaves it running
 * for the others.
 */
export class SharedWork<T> {
  readonly #name: string;
  #pending: Promise<Result<T, ProviderError>> | undefined;

  /** @param name what the sentence about a caller who gave up calls the work */
  constructor(name: string) {
    this.#name = name;
  }

  /** The outcome of what is under way, else of `work`; `timeout` as soon as the signal aborts. */
  async join(
    work: () => Promise<Result<T, ProviderError>>,
    signal: AbortSignal,
  ): Promise<Result<T, ProviderError>> {
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    return this.#orCancelled(this.#pending, signal);
  }

  async #orCancelled(
    pending: Promise<Result<T, ProviderError>>,
    signal: AbortSignal,
  ): Promise<Result<T, ProviderError>> {
    const over = new AbortController();
    const { promise: cancelled, resolve } = Promise.withResolvers<Result<T, ProviderError>>();
    const cancel = (): void => {
      resolve(err(providerError('timeout', `${this.#name} was cancelled`)));
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { signal: over.signal });
    try {
      return await Promise.race([pending, cancelled]);
    } finally {
      over.abort();
    }
  }
}
