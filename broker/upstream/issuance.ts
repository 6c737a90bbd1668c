import { hash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Buckets } from '../buckets.ts';
import type { Rate } from '../core/token-bucket.ts';
import { errorOf, type Ending } from './calls.ts';
import type { Entry } from './entry.ts';
import type { Flight } from './flight.ts';

/** How many credentials a pod may have made for it. */
export interface IssuanceLimits {
  /** Of one source. */
  readonly ofSource: Rate;
  /** Of all sources, whatever the stores: a pod chooses the parameters, and each choice is a source. */
  readonly ofPod: Rate;
}

/**
 * More than an agent needs. It keeps what it has, in another container and after a restart too; a start whose answers were lost, and an operator who
 * forces a sync or two, come to less than five. From then on: a lease is replaced at two thirds of its life, so that only one of less than 8 s
 * would be asked for more often than every 5 s, and what has no lease is looked at every 10 s at most.
 */
export const defaultIssuanceLimits: IssuanceLimits = {
  ofSource: { perSecond: 0.2, burst: 5 },
  ofPod: { perSecond: 1, burst: 100 },
};

/** Parameters may be long, and names of entries with them. */
const keyOf = (id: string): string => hash('sha256', id, 'base64url');

const tooMany = (what: string, wait: number): ProviderError =>
  providerError('throttled', `too many credentials were made for this pod lately${what}`, Math.ceil(wait));

/**
 * Whether it is sure that a call that has failed has made nothing. What came too late, could not be taken, or was called back on its way may have been
 * made all the same.
 */
export const madeNothing = (ending: Ending): boolean => {
  const code = errorOf(ending)?.code;
  return code !== undefined && code !== 'invalid' && code !== 'timeout';
};

/**
 * How often pods may have a backend make something: each read of what is a pod's own makes a credential, which stays at the backend for as long as it
 * lives. What is shared makes nothing, and is not counted.
 */
export class Issuance {
  readonly #ofSource: Buckets;
  readonly #ofPod: Buckets;

  constructor({ ofSource, ofPod }: IssuanceLimits, clock: Clock) {
    this.#ofSource = new Buckets(ofSource, clock);
    this.#ofPod = new Buckets(ofPod, clock);
  }

  /** Why no further one may be made of this now; undefined: it may. */
  refusal(entry: Entry): ProviderError | undefined {
    const { podUid } = entry;
    if (podUid === undefined) return undefined;
    const wait = this.#ofSource.wait(keyOf(entry.id));
    if (wait > 0) return tooMany(' of this source', wait);
    const waitOfPod = this.#ofPod.wait(podUid);
    return waitOfPod > 0 ? tooMany('', waitOfPod) : undefined;
  }

  /** Counts what is about to be asked for. */
  count(flight: Flight): void {
    this.#take(flight.entry, 1);
    flight.isCounted = true;
  }

  /** Nothing was made. */
  giveBack(flight: Flight): void {
    if (!flight.isCounted) return;
    flight.isCounted = false;
    this.#take(flight.entry, -1);
  }

  #take(entry: Entry, count: number): void {
    const { podUid } = entry;
    if (podUid === undefined) return;
    this.#ofSource.take(keyOf(entry.id), count);
    this.#ofPod.take(podUid, count);
  }
}
