import type { Clock } from '../../lib/clock.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';

/**
 * How long a refusal that a new login did not cure is believed: a source that stays denied must not cost a login at each
 * refresh. A policy that is widened acts at once, only a role that is given another policy may take this long.
 */
const believedMilliseconds = 5 * 60_000;

/** Which requests a fresh token was refused. */
export class Refusals {
  readonly #clock: Clock;
  /** When it was, monotonic, by what tells requests apart. */
  readonly #refusedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a refusal of this request is not the token's fault. */
  isBelieved(id: string): boolean {
    const at = this.#refusedAt.get(id);
    return at !== undefined && this.#clock.monotonic() - at < believedMilliseconds;
  }

  /** Takes how a request ended. */
  note(id: string, outcome: Result<unknown, ProviderError>): void {
    if (outcome.ok) this.#refusedAt.delete(id);
    else if (outcome.error.code === 'denied' && !this.isBelieved(id))
      this.#refusedAt.set(id, this.#clock.monotonic());
  }
}
