import type { Clock } from '../lib/clock.ts';
import type { PlanSource } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import { err, type Result } from '../lib/result.ts';
import type { Lease, Provider, ReadOptions, ReadOutcome } from '../providers/provider.ts';
import { boundedCall, type Bounded } from '../lib/bounded-call.ts';

/** How long one call to a store may take, in milliseconds, whatever the provider does. */
const callLimit = 30_000;
/** How long the revocation at the end may take: the kubelet gives at least 2 s. */
const revocationLimit = 1_500;
/** When to keep a login alive again after that did not work. */
const keepAliveRetry = 10_000;
const shortestKeepAlive = 1_000;

export interface BoundedStoreOptions {
  /** Opens the store; asked again where that failed. */
  readonly open: () => Promise<Provider>;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Told of what a provider throws, which it should not. */
  readonly onThrown: (error: unknown) => void;
}

/** A store whose provider is opened at its first use, and can neither hang its caller nor throw at it. */
export class BoundedStore {
  readonly #options: BoundedStoreOptions;
  #provider: Provider | undefined;
  #opening: Promise<Provider> | undefined;

  constructor(options: BoundedStoreOptions) {
    this.#options = options;
  }

  /** The provider's login, undefined where it has none yet. */
  get login(): string | undefined {
    return this.#provider?.login;
  }

  /** Whether the provider renews leases; taken for granted until it is open. */
  get canRenew(): boolean {
    return this.#provider === undefined || this.#provider.renew !== undefined;
  }

  /** Whether the provider is told at once of what changes; undefined where it cannot be, or is not open yet. */
  get feed(): Provider['feed'] {
    return this.#provider?.feed;
  }

  /** Whether there is a login here that can be ended. */
  get canRevoke(): boolean {
    return this.#provider?.revoke !== undefined;
  }

  /** An outcome for each source, in their order. Undefined where the agent was stopped meanwhile. */
  async read(
    sources: readonly PlanSource[],
    options: ReadOptions = {},
  ): Promise<readonly ReadOutcome[] | undefined> {
    const end = await this.#call((provider, signal) => provider.read(sources, signal, options));
    return outcomes(end, sources.length);
  }

  /** Asks the provider to tell of what becomes of the store's sources, where it can. False where it did not open; it may be asked again. */
  async follow(sources: readonly PlanSource[]): Promise<boolean> {
    const end = await this.#call((provider) => {
      provider.follow?.(sources);
      return Promise.resolve();
    });
    return end.kind === 'done';
  }

  /** An outcome for each lease, in their order. Undefined where the agent was stopped meanwhile. */
  async renew(leases: readonly Lease[]): Promise<readonly Result<Lease, ProviderError>[] | undefined> {
    const end = await this.#call(async (provider, signal) => (await provider.renew?.(leases, signal)) ?? []);
    return outcomes(end, leases.length);
  }

  /** Resolves to the milliseconds until it is to be called again. */
  async keepAlive(): Promise<number> {
    const end = await this.#call((provider, signal) =>
      provider.keepAlive === undefined
        ? Promise.resolve(Number.POSITIVE_INFINITY)
        : provider.keepAlive(signal),
    );
    return end.kind === 'done' ? Math.max(shortestKeepAlive, end.value) : keepAliveRetry;
  }

  /** Ends the login and what hangs on it, also after the agent was stopped. False where the backend did not say so in time. */
  async revoke(): Promise<boolean> {
    const { clock } = this.#options;
    const end = await boundedCall({ clock, limit: revocationLimit }, async (signal) =>
      this.#provider?.revoke?.(signal),
    );
    this.#report(end);
    return end.kind === 'done' && end.value === true;
  }

  close(): void {
    this.#provider?.close();
  }

  async #call<T>(use: (provider: Provider, signal: AbortSignal) => Promise<T>): Promise<Bounded<T>> {
    const { clock, stop } = this.#options;
    const end = await boundedCall({ clock, stop, limit: callLimit }, async (signal) =>
      use(await this.#open(), signal),
    );
    this.#report(end);
    return end;
  }

  /** Opens the provider once, also for two who ask at the same time. */
  async #open(): Promise<Provider> {
    if (this.#provider !== undefined) return this.#provider;
    this.#opening ??= this.#options.open().finally(() => {
      this.#opening = undefined;
    });
    this.#provider = await this.#opening;
    return this.#provider;
  }

  #report(end: Bounded<unknown>): void {
    if (end.kind === 'thrown') this.#options.onThrown(end.error);
  }
}

const lacking = err(providerError('unavailable', 'the provider gave no answer for this key'));
const thrown = err(providerError('unavailable', 'the provider failed unexpectedly'));
const late = err(providerError('timeout', `the store has not answered within ${callLimit / 1_000} s`));

type Outcome<T> = Result<T, ProviderError>;

const outcomes = <T>(
  end: Bounded<readonly Outcome<T>[]>,
  count: number,
): readonly Outcome<T>[] | undefined => {
  const places = Array.from({ length: count }, (_, place) => place);
  switch (end.kind) {
    case 'done':
      return places.map((place) => end.value[place] ?? lacking);
    case 'thrown':
      return places.map(() => thrown);
    case 'late':
      return places.map(() => late);
    case 'stopped':
      return undefined;
  }
};
