import { boundedCall, type Bounded } from '../../lib/bounded-call.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import { describeThrown } from '../../lib/thrown.ts';
import type { Provider, ReadOptions, ReadOutcome } from '../../providers/provider.ts';
import type { UpstreamOptions } from './settings.ts';

/** How long one call to a store may take, in milliseconds, whatever the provider does. */
const callLimit = 30_000;
/** When to keep a login alive again after that did not work. */
const keepAliveRetry = 10_000;
const shortestKeepAlive = 1_000;

export interface OpenedStoreOptions {
  readonly store: Store;
  readonly open: UpstreamOptions['open'];
  readonly clock: Clock;
  readonly log: Logger;
}

/** What `Provider.check` says of one document. */
export type CheckOutcome = Result<'same' | 'changed' | undefined, ProviderError>;

type Known = Parameters<NonNullable<Provider['check']>>[0];
type All<T> = Result<readonly T[], ProviderError>;

const lacking = err(providerError('unavailable', 'the provider gave no answer for this key'));
const thrown = err(providerError('unavailable', 'the provider failed unexpectedly'));
const gone = err(providerError('timeout', 'the call was cancelled'));
const late = err(providerError('timeout', `the store has not answered within ${callLimit / 1_000} s`));

/** A store whose provider is opened at its first use, and can neither hang its caller nor throw at it. */
export class OpenedStore {
  readonly #options: OpenedStoreOptions;
  #provider: Provider | undefined;
  #opening: Promise<Result<Provider, ProviderError>> | undefined;
  #closed = false;

  constructor(options: OpenedStoreOptions) {
    this.#options = options;
  }

  /** Whether there is a cheaper way than reading to learn of changes; not before it is open. */
  get canCheck(): boolean {
    return this.#provider?.check !== undefined;
  }

  /** An outcome for each source, in their order. Undefined where `signal` aborted: what comes after that is wiped. */
  async read(
    sources: readonly PlanSource[],
    signal: AbortSignal,
    options: ReadOptions,
  ): Promise<readonly ReadOutcome[] | undefined> {
    const late = new Latecomers();
    const outcomes = await this.#each<ReadOutcome>(sources.length, signal, async (provider, ended) =>
      late.take(await provider.read(sources, ended, options)),
    );
    if (outcomes === undefined || late.isEmpty) late.wipe();
    return outcomes;
  }

  /** An outcome for each document, in their order. Undefined where `signal` aborted. */
  check(known: Known, signal: AbortSignal): Promise<readonly CheckOutcome[] | undefined> {
    return this.#each<CheckOutcome>(
      known.length,
      signal,
      async (provider, ended) => (await provider.check?.(known, ended)) ?? known.map(() => ok(undefined)),
    );
  }

  /** Resolves to the milliseconds until it is to be called again. */
  async keepAlive(signal: AbortSignal): Promise<number> {
    const end = await this.#call(signal, async (provider, ended) =>
      provider.keepAlive === undefined ? Number.POSITIVE_INFINITY : provider.keepAlive(ended),
    );
    return end.kind === 'done' && end.value.ok
      ? Math.max(shortestKeepAlive, end.value.value)
      : keepAliveRetry;
  }

  close(): void {
    this.#closed = true;
    this.#provider?.close();
    this.#provider = undefined;
  }

  async #each<T extends ReadOutcome | CheckOutcome>(
    count: number,
    signal: AbortSignal,
    use: (provider: Provider, signal: AbortSignal) => Promise<readonly T[]>,
  ): Promise<readonly (T | typeof lacking)[] | undefined> {
    const end = await this.#call(signal, use);
    if (end.kind === 'stopped') return undefined;
    const all: All<T> = end.kind === 'done' ? end.value : end.kind === 'late' ? late : thrown;
    return Array.from({ length: count }, (_, place) => (all.ok ? (all.value[place] ?? lacking) : all));
  }

  async #call<T>(
    stop: AbortSignal,
    use: (provider: Provider, signal: AbortSignal) => Promise<T>,
  ): Promise<Bounded<Result<T, ProviderError>>> {
    const end = await boundedCall(
      { clock: this.#options.clock, stop, limit: callLimit },
      async (signal): Promise<Result<T, ProviderError>> => {
        const provider = await this.#open();
        if (!provider.ok) return provider;
        // Nobody waits any more, and somebody else may have begun the same meanwhile.
        if (stop.aborted) return gone;
        return ok(await use(provider.value, signal));
      },
    );
    if (end.kind === 'thrown') this.#report(end.error);
    return end;
  }

  /** Opens the provider once, also for those who ask at the same time. */
  async #open(): Promise<Result<Provider, ProviderError>> {
    if (this.#provider !== undefined) return ok(this.#provider);
    this.#opening ??= this.#openAnew().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAnew(): Promise<Result<Provider, ProviderError>> {
    const opened = await this.#options.open(this.#options.store);
    if (!opened.ok) return opened;
    if (this.#closed) opened.value.close();
    else this.#provider = opened.value;
    return opened;
  }

  #report(error: unknown): void {
    const { log, store } = this.#options;
    const { kind, namespace, name } = store;
    log.error({ store: name, kind, namespace, ...describeThrown(error) }, 'a provider failed unexpectedly');
  }
}

/** What a provider answered, for the case that nobody waits for it any more. */
class Latecomers {
  #outcomes: readonly ReadOutcome[] = [];
  #isLate = false;

  get isEmpty(): boolean {
    return this.#outcomes.length === 0;
  }

  take(outcomes: readonly ReadOutcome[]): readonly ReadOutcome[] {
    this.#outcomes = outcomes;
    if (this.#isLate) this.wipe();
    return outcomes;
  }

  /** Wipes what has come, and what comes from now on. */
  wipe(): void {
    this.#isLate = true;
    for (const outcome of this.#outcomes) if (outcome.ok) outcome.value.bytes.reveal().fill(0);
  }
}
