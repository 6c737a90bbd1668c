import type { Result } from '../../lib/result.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Authority, Grant, GrantOutcome } from './authority.ts';

/**
 * The identity of one pass over a store's sources. Once one of its requests has learnt that the credentials are no good, the
 * others do not have to; and one login that failed is the outcome of all of them, not the first of many.
 */
export class PassIdentity {
  readonly #authority: Authority;
  readonly #signal: AbortSignal;
  #grant: Grant;
  #failure: Result<never, ProviderError> | undefined;

  constructor(authority: Authority, grant: Grant, signal: AbortSignal) {
    this.#authority = authority;
    this.#grant = grant;
    this.#signal = signal;
  }

  get grant(): Grant {
    return this.#grant;
  }

  /** Credentials after AWS refused these. */
  async replace(refused: Grant): Promise<GrantOutcome> {
    if (this.#failure !== undefined) return this.#failure;
    const outcome = await this.#authority.replace(refused, this.#signal);
    if (outcome.ok) this.#grant = outcome.value;
    else this.#failure = outcome;
    return outcome;
  }
}
