import type { Clock } from '../../lib/clock.ts';
import type { ProviderErrorCode } from '../../lib/provider-error.ts';

/** How long it is believed that batches do not work; a policy that is widened is noticed after that. */
const believedMilliseconds = 60 * 60_000;

/** Faults of the batch, not of the store: read one by one, its secrets may well be had. */
const faultsOfBatch: ReadonlySet<ProviderErrorCode> = new Set([
  'denied',
  'invalid',
  'not_found',
  'throttled',
]);

/**
 * Whether secrets are read in batches. Most policies allow GetSecretValue alone, and AWS takes 100 batches a second of an
 * account against 10,000 single reads (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html): a
 * batch that was refused is not tried again at each refresh.
 */
export class BatchHabit {
  readonly #clock: Clock;
  #singleUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get readsInBatches(): boolean {
    return this.#clock.monotonic() >= this.#singleUntil;
  }

  /** Takes a batch's failure; true where its secrets are to be read one by one, now and for a while. */
  breaksAt(code: ProviderErrorCode): boolean {
    if (!faultsOfBatch.has(code)) return false;
    this.#singleUntil = this.#clock.monotonic() + believedMilliseconds;
    return true;
  }
}
