import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { Provider } from '../../providers/provider.ts';
import { defaultIssuanceLimits, type IssuanceLimits } from './issuance.ts';
import type { CacheOutcome } from './outcomes.ts';

export interface UpstreamLimits {
  /** Bytes of documents that are kept for reads; what subscribers hold comes on top. */
  readonly keptBytes: number;
  /** How many outcomes are kept for reads. */
  readonly keptOutcomes: number;
  /** Requests a second to one store. */
  readonly requestsPerSecond: number;
  /** Requests to one store that may go out at once after a quiet time. */
  readonly burst: number;
  /** Calls to one store that are under way at once. */
  readonly calls: number;
  /** Secrets that are read by one call. */
  readonly batch: number;
  /** Reads that wait for their turn at one store. */
  readonly waiting: number;
  /** How long a read waits for its turn, in milliseconds. */
  readonly patienceMs: number;
  /** How long a store that nobody uses stays open, in milliseconds: logging in again costs more than a connection. */
  readonly idleMs: number;
  /** Credentials that are made for pods. */
  readonly issuance: IssuanceLimits;
}

export const defaultLimits: UpstreamLimits = {
  keptBytes: 64 * 1024 * 1024,
  keptOutcomes: 20_000,
  requestsPerSecond: 20,
  burst: 40,
  calls: 8,
  batch: 100,
  waiting: 1_000,
  patienceMs: 10_000,
  idleMs: 10 * 60_000,
  issuance: defaultIssuanceLimits,
};

export interface UpstreamOptions {
  /** Opens a provider for a store as its manifest is now; asked again at the next read where that failed. */
  readonly open: (store: Store) => Promise<Result<Provider, ProviderError>>;
  readonly clock: Clock;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** Counts. */
  readonly record: (outcome: CacheOutcome) => void;
  readonly limits?: Partial<UpstreamLimits>;
}

/** The same for the parts, with every limit. */
export interface Settings extends UpstreamOptions {
  readonly limits: UpstreamLimits;
}
