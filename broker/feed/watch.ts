import type { WatchedSource } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Grant } from '../access/access.ts';
import type { EncodedSecret } from '../encoded.ts';
import type { Subscription } from '../upstream/upstream.ts';

/** What a reader has not been told yet of a source: the last word alone. */
type Pending =
  | { readonly kind: 'secret'; readonly secret: EncodedSecret }
  | { readonly kind: 'error'; readonly error: ProviderError }
  | { readonly kind: 'same' };

/** A source of a feed: what its reader has, and is to be told. */
export class Watch {
  readonly index: number;
  readonly source: WatchedSource;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Undefined while the reader may not have it. */
  following: { readonly grant: Grant; readonly subscription: Subscription } | undefined;
  /** Why not, as the reader was told. */
  denial: string | undefined;
  /** Digest of the document that the reader has. */
  #known: string | undefined;
  #pending: Pending | undefined;
  /** The last that the reader was told of, if it was an error, and when. */
  #failure: { readonly error: ProviderError; readonly toldAt: number } | undefined;

  constructor(index: number, source: WatchedSource, clock: Pick<Clock, 'monotonic'>) {
    this.index = index;
    this.source = source;
    this.#clock = clock;
    this.#known = source.known;
  }

  get pending(): Pending | undefined {
    return this.#pending;
  }

  /** Whether a document is another one than the reader has, or is about to have. */
  isNews({ digest }: EncodedSecret): boolean {
    return digest !== (this.#pending?.kind === 'secret' ? this.#pending.secret.digest : this.#known);
  }

  /** Whether the reader has a document, and another one than this. */
  hasOther({ digest }: EncodedSecret): boolean {
    return this.#known !== undefined && digest !== this.#known;
  }

  /** Notes the last word. That nothing has changed says less than a document that is still to be told. */
  note(pending: Pending): void {
    if (pending.kind === 'same' && this.#pending?.kind === 'secret') return;
    this.#pending = pending;
  }

  /** The reader has been told. */
  told(): void {
    const pending = this.#pending;
    if (pending?.kind === 'secret') this.#known = pending.secret.digest;
    this.#failure =
      pending?.kind === 'error' ? { error: pending.error, toldAt: this.#clock.monotonic() } : undefined;
    this.#pending = undefined;
  }

  /**
   * Notes once more what went wrong, where the reader has heard nothing else for an interval: an agent asks about what its feed is silent
   * on. Whether there is something to tell.
   */
  repeat(): boolean {
    const interval = this.source.intervalSeconds * 1000;
    if (this.#failure === undefined || this.#pending !== undefined || interval === 0) return false;
    const { error, toldAt } = this.#failure;
    if (this.#clock.monotonic() - toldAt < interval) return false;
    this.#pending = { kind: 'error', error };
    return true;
  }

  /** What was to be told cannot be written to the audit log, so that it is not told. */
  withhold(error: ProviderError): void {
    if (this.#pending?.kind === 'secret') this.#pending = { kind: 'error', error };
  }

  /** Nothing more comes. */
  close(): void {
    this.following?.subscription.close();
    this.following = undefined;
    this.#pending = undefined;
  }
}
