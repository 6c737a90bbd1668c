import { encodeFoundSecrets } from '../../lib/found-secrets.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ReadOutcome } from '../provider.ts';
import { findBounds, tooManyBytes } from './bounds.ts';

type Taken = Result<undefined, ProviderError>;

const taken: Taken = ok(undefined);

/** What the reads of one find bring, put together. */
export class Collection {
  readonly #found = new Map<string, Buffer>();
  #bytes = 0;

  /**
   * Takes the outcome of one read. A secret that is not there any more is left out: it was deleted after it was listed, or its newest
   * version was. Every other failure is the find's, because a set of secrets that lacks one looks like a set without it.
   */
  take(name: string, outcome: ReadOutcome): Taken {
    if (!outcome.ok) return outcome.error.code === 'not_found' ? taken : outcome;
    const bytes = outcome.value.bytes.reveal();
    this.#bytes += bytes.byteLength;
    if (this.#bytes > findBounds.bytes) return err(tooManyBytes());
    this.#found.set(name, bytes);
    return taken;
  }

  /** All that was taken, as one document. */
  outcome(): ReadOutcome {
    return ok({ bytes: new Redacted(encodeFoundSecrets(this.#found)) });
  }
}
