import type { ProviderError } from '../../lib/provider-error.ts';
import type { Authority } from './authority.ts';

/** Looked at this often at least: what is due is a wall-clock time, and clocks are set and machines sleep. */
const longest = 60_000;
const shortest = 1_000;

/** After failures in a row: 2 s, 4 s, 8 s, … up to a minute, or as Vault asked. */
const backoff = (failures: number, { retryAfterMs = 0 }: ProviderError): number =>
  Math.max(retryAfterMs, Math.min(longest, shortest * 2 ** Math.min(failures, 10)));

/** Keeps a store's token alive while leases end with it. */
export class KeepAlive {
  readonly #authority: Pick<Authority, 'upkeep'>;
  #failures = 0;

  constructor(authority: Pick<Authority, 'upkeep'>) {
    this.#authority = authority;
  }

  /** Renews or replaces the token if that is due; milliseconds until it is to be called again. */
  async call(signal: AbortSignal): Promise<number> {
    const due = await this.#authority.upkeep(signal);
    this.#failures = due.ok ? 0 : this.#failures + 1;
    return due.ok ? Math.max(shortest, Math.min(longest, due.value)) : backoff(this.#failures, due.error);
  }
}
