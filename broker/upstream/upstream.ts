import type { PlanSource } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { SecretDocument } from '../../providers/provider.ts';

/** What of a store is read, without whose plan it is in. */
export type Wanted = Omit<PlanSource, 'store' | 'intervalSeconds'>;

/** One thing that a pod may have. */
export interface Access {
  /** As the caches have it now; another object where its manifest has changed. */
  readonly store: Store;
  readonly wanted: Wanted;
  /** A credential that the backend makes belongs to one pod. */
  readonly podUid: string;
  /** The pod's namespace: those who wait for one store take turns by it. */
  readonly namespace: string;
}

/**
 * What a read gave. The bytes stay whole until the turn of the event loop in which they are handed out is over: in a listener, and in what
 * follows the `await` of a read directly. Then they may be wiped at any time: whoever needs them later copies or encodes them there, each read by
 * itself, not after a `Promise.all` over several. All who are told of one document are given the same object, so that what is made of it
 * can be kept by it (a WeakMap).
 */
export type Served = Result<SecretDocument, ProviderError>;

export interface Subscription {
  /** Nothing is told any more; the last one to close leaves nothing of the value behind. */
  close(): void;
}

/** How a subscription is told: of a first answer, of each other document, of each failure, and that nothing has changed. */
export type News =
  | { readonly kind: 'served'; readonly served: Served }
  | { readonly kind: 'same'; readonly document: SecretDocument };

/** Whether one who subscribes comes with another document than this one. */
export type Contradicts = (document: SecretDocument) => boolean;

/** Reads from the backends for everybody: once, however many ask. */
export interface Upstream {
  /**
   * Reads once. Those who ask for the same at the same time share one request, and a document that is a few seconds old will do, unless
   * `fresh`: then only a request that was sent after this call began. Never rejects: whoever aborts gets `timeout`, whoever would wait too long for
   * a turn at the store gets `throttled`, and after the end everybody gets `unavailable`.
   */
  read(access: Access, options: { readonly fresh: boolean; readonly signal: AbortSignal }): Promise<Served>;
  /**
   * Looks again and again, at the shortest interval (at least 10 s) of all who subscribe to the same; 0: until there is a first document,
   * then no more. The listener is never called before this has returned. A document with a lease is told once, and then whenever the same
   * pod has read another one: looking again would make another credential. A subscription stays with the store that it was made with: where the manifest
   * has changed, close it and make another one. Whom a known document `contradicts` has another one, which may be a newer one that somebody else
   * read: it hears nothing that was looked at more than a second ago.
   */
  subscribe(
    access: Access,
    intervalSeconds: number,
    listener: (news: News) => void,
    contradicts?: Contradicts,
  ): Subscription;
  /** Ends everything, and wipes what is kept. Those who wait are told; subscribers are not. */
  close(): Promise<void>;
}
