import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { StoreProvider } from '../../lib/stores/provider.ts';
import { errorOf, type Calls, type Ending } from './calls.ts';
import { leastRequests, Tally } from './core/batch.ts';
import { FairQueue } from './core/fair-queue.ts';
import { pauseAfter } from './core/timing.ts';
import {
  available,
  fullBucket,
  paused,
  spend,
  waitFor,
  type Bucket,
  type Rate,
} from '../core/token-bucket.ts';
import type { Flight } from './flight.ts';
import type { OpenedStore } from './opened-store.ts';
import type { UpstreamLimits } from './settings.ts';

export interface DispatcherOptions {
  readonly type: StoreProvider['type'];
  readonly limits: UpstreamLimits;
  readonly store: OpenedStore;
  readonly calls: Calls;
  /** `Clock.monotonic`. */
  readonly now: number;
  /** Told of a flight that had to make room in a namespace's line for one of a shorter line. */
  readonly onPushedOut: (flight: Flight, namespace: string, error: ProviderError) => void;
}

type Mode = 'check' | 'read';

/** What is read by one call. */
interface Group {
  readonly mode: Mode;
  readonly flights: Flight[];
}

/** When each request to one store goes out, and with which others: by its rate, its patience, and whose turn it is. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #rate: Rate;
  readonly #queue = new FairQueue<Flight>();
  #bucket: Bucket;

  constructor(options: DispatcherOptions) {
    const { requestsPerSecond, burst } = options.limits;
    this.#options = options;
    this.#rate = { perSecond: requestsPerSecond, burst };
    this.#bucket = fullBucket(this.#rate, options.now);
  }

  /** Puts a flight in a namespace's line; those who wait for an answer come before what is looked at on its interval. */
  add(flight: Flight, namespace: string, urgent: boolean): void {
    this.#queue.add(flight, namespace, urgent);
  }

  remove(flight: Flight): void {
    this.#queue.remove(flight);
  }

  /** Whether a flight waits for its turn. */
  has(flight: Flight): boolean {
    return this.#queue.has(flight);
  }

  /** Why one more of this namespace cannot wait for an answer; undefined where it can. */
  refusal(namespace: string, now: number): ProviderError | undefined {
    const { limits, type } = this.#options;
    const requests = leastRequests(type, this.#queue.ahead(namespace) + 1);
    const wait = waitFor(this.#bucket, this.#rate, now, requests);
    if (wait > limits.patienceMs) return tooMany(wait);
    return this.#queue.urgent < limits.waiting ? undefined : this.#makeRoom(namespace, wait);
  }

  /** How long one of this namespace that has waited in vain should keep away, as an error. */
  impatience(namespace: string, now: number): ProviderError {
    const requests = leastRequests(this.#options.type, this.#queue.ahead(namespace) + 1);
    return tooMany(Math.max(1_000, waitFor(this.#bucket, this.#rate, now, requests)));
  }

  /** Takes note of what a backend asked for. */
  heed(endings: readonly Ending[], now: number): void {
    for (const ending of endings) {
      const error = errorOf(ending);
      const pauseMs = error === undefined ? 0 : pauseAfter(error);
      if (pauseMs > 0) this.#bucket = paused(this.#bucket, now + pauseMs);
    }
  }

  /** Sends what may be sent; gives the time (`Clock.monotonic`) when more may be, Infinity where nothing waits for time to pass. */
  send(now: number): number {
    const { calls } = this.#options;
    for (const { flights, mode } of this.#gather(now)) calls.start(flights, mode);
    if (this.#queue.size === 0 || calls.size >= this.#options.limits.calls) return Number.POSITIVE_INFINITY;
    return now + Math.max(1, waitFor(this.#bucket, this.#rate, now, 1));
  }

  /** Takes from the queue what the bucket has tokens for, sorted into calls. */
  #gather(now: number): readonly Group[] {
    const { limits, calls, type } = this.#options;
    const tokens = available(this.#bucket, this.#rate, now);
    const groups = new Map<string | Flight, Group>();
    const tallies = new Map<Group, Tally>();
    let spent = 0;
    for (let flight = this.#queue.peek(); flight !== undefined; flight = this.#queue.peek()) {
      const mode = this.#modeOf(flight);
      const group = this.#groupOf(groups, flight, mode);
      const tally = tallies.get(group) ?? new Tally(type);
      const cost = tally.costOf(flight.entry.wanted);
      if (spent + cost > tokens || calls.size + groups.size > limits.calls) break;
      this.#queue.take();
      group.flights.push(flight);
      tally.add(flight.entry.wanted);
      tallies.set(group, tally);
      spent += cost;
    }
    this.#bucket = spend(this.#bucket, this.#rate, now, spent);
    return [...groups.values()].filter(({ flights }) => flights.length > 0);
  }

  #modeOf({ entry, fresh, mustRead }: Flight): Mode {
    const canCheck = !fresh && !mustRead && this.#options.store.canCheck;
    return canCheck && entry.document?.version !== undefined ? 'check' : 'read';
  }

  /** The call that a flight may go with. */
  #groupOf(groups: Map<string | Flight, Group>, flight: Flight, mode: Mode): Group {
    const key = flight.entry.isAlone ? flight : `${mode} ${String(flight.fresh)}`;
    const group = groups.get(key);
    if (group !== undefined && group.flights.length < this.#options.limits.batch) return group;
    // A full one keeps its place under a key that nobody looks for.
    if (group?.flights[0] !== undefined) groups.set(group.flights[0], group);
    const fresh: Group = { mode, flights: [] };
    groups.set(key, fresh);
    return fresh;
  }

  /** Whoever came last of the longest line gives way to one of a shorter line. */
  #makeRoom(namespace: string, wait: number): ProviderError | undefined {
    const error = tooMany(Math.max(wait, 1_000));
    const last = this.#queue.lastOfLongest();
    const own = this.#queue.lengthOf(namespace);
    if (last === undefined || last.length <= own + 1) return error;
    this.#queue.leave(last.item, last.namespace);
    this.#options.onPushedOut(last.item, last.namespace, error);
    return undefined;
  }
}

const tooMany = (waitMs: number): ProviderError =>
  providerError('throttled', 'too many requests are waiting for this store', Math.ceil(waitMs));
