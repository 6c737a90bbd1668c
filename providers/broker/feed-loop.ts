import type { ChangesRequest, FeedEvent, WatchedSource } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';
import type { ProviderContext } from '../provider.ts';
import { feedDelay, longEnough } from './backoff.ts';
import { outcomeCode, type Door } from './door.ts';
import { readFeed } from './feed.ts';

/** What one feed watches. */
export interface Watch {
  readonly sources: readonly WatchedSource[];
  /** Takes an event; false: it is about none of the sources. */
  tell(event: FeedEvent): boolean;
}

export interface FeedLoopOptions {
  readonly door: Door;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly record: ProviderContext['record'];
  /** What the next feed is to watch. */
  readonly watch: () => Watch;
}

const headLimit = 10_000;

/** Keeps a feed open: after each one that ends comes another, later and later where none lives. */
export class FeedLoop {
  readonly #options: FeedLoopOptions;
  readonly #stop = new AbortController();
  #attempt = new AbortController();
  #running: Promise<void> | undefined;
  #openedAt: number | undefined;
  #failures = 0;
  #told: string | undefined;

  constructor(options: FeedLoopOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  /** Opens the feed, or another one in place of that which is open: there is something else to watch. */
  start(): void {
    this.#attempt.abort();
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends the feed for good. */
  close(): void {
    this.#stop.abort();
    this.#attempt.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#attempt = new AbortController();
      const { signal } = this.#attempt;
      const watch = this.#options.watch();
      if (watch.sources.length === 0) return;
      const began = this.#options.clock.monotonic();
      const end = await this.#follow(watch, signal);
      const openedAt = this.#openedAt ?? began;
      this.#openedAt = undefined;
      // Somebody wants another one.
      if (signal.aborted) continue;
      this.#report(end);
      const delay = this.#delay(end, this.#options.clock.monotonic() - openedAt);
      await this.#options.clock.sleep(delay, this.#stop.signal).catch(() => undefined);
    }
  }

  async #follow(watch: Watch, signal: AbortSignal): Promise<Result<undefined, ProviderError>> {
    const { door, clock, record } = this.#options;
    const start = clock.monotonic();
    const request: ChangesRequest = { version: 1, sources: [...watch.sources] };
    const body = JSON.stringify(request);
    const response = await door.call({
      path: '/v1/changes',
      body,
      limit: headLimit,
      repeatable: true,
      signal,
    });
    const seconds = (clock.monotonic() - start) / 1_000;
    record({ provider: 'broker', operation: 'changes', outcome: outcomeCode(response), seconds });
    if (!response.ok) return response;
    const onEvent = (event: FeedEvent): boolean => {
      if (event.event === 'open') {
        this.#openedAt = clock.monotonic();
        this.#told = undefined;
      }
      return watch.tell(event);
    };
    return readFeed(response.value, { server: door.server, clock, onEvent });
  }

  #delay(end: Result<undefined, ProviderError>, livedFor: number): number {
    if (livedFor >= longEnough) this.#failures = 0;
    const delay = feedDelay(this.#failures, this.#options.random(), end.ok ? 0 : end.error.retryAfterMs);
    this.#failures += 1;
    return delay;
  }

  /** Once for each new reason: with no feed all goes on, but more slowly. */
  #report(end: Result<undefined, ProviderError>): void {
    if (end.ok || end.error.message === this.#told) return;
    const { code, message } = end.error;
    this.#told = message;
    this.#options.log.warn({ code }, `the broker's feed is closed: ${message}`);
  }
}
