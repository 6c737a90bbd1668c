import { providerError, type ProviderError, type ProviderErrorCode } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Provider } from '../../providers/provider.ts';

export interface CurrentCredentialsOptions {
  /** Names the credentials as they are now, without telling them. */
  readonly fingerprint: () => Promise<Result<string, ProviderError>>;
  readonly open: () => Promise<Provider>;
}

/** Nobody took the credential away: the login that was made with it is gone on with. */
const passing: ReadonlySet<ProviderErrorCode> = new Set(['unavailable', 'timeout', 'throttled']);

const closed = err(providerError('unavailable', 'the store has been closed'));

/** A provider that is closed once it has been replaced and nobody uses it any more. */
class Opened {
  readonly provider: Provider;
  readonly fingerprint: string;
  #users = 0;
  #isReplaced = false;

  constructor(provider: Provider, fingerprint: string) {
    this.provider = provider;
    this.fingerprint = fingerprint;
  }

  async use<T>(call: (provider: Provider) => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await call(this.provider);
    } finally {
      this.#users -= 1;
      this.#closeWhenIdle();
    }
  }

  /** What is under way is let end: its answer is as good as it was when it was asked for. */
  replace(): void {
    this.#isReplaced = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#isReplaced && this.#users === 0) this.provider.close();
  }
}

/**
 * A provider whose logins are made with credentials that the broker keeps: it is opened anew when they have changed, looked at before each use.
 * Logins with an older credential are gone on with only where it cannot be told whether that is still the one.
 */
class CurrentCredentials implements Provider {
  readonly #options: CurrentCredentialsOptions;
  #opened: Opened | undefined;
  #opening: Promise<Opened> | undefined;
  #isClosed = false;

  constructor(options: CurrentCredentialsOptions) {
    this.#options = options;
  }

  async read(...args: Parameters<Provider['read']>): ReturnType<Provider['read']> {
    const outcomes = await this.#use((provider) => provider.read(...args));
    return outcomes.ok ? outcomes.value : args[0].map(() => outcomes);
  }

  async check(
    ...args: Parameters<NonNullable<Provider['check']>>
  ): ReturnType<NonNullable<Provider['check']>> {
    const [known] = args;
    const outcomes = await this.#use(
      async (provider) => (await provider.check?.(...args)) ?? known.map(() => ok(undefined)),
    );
    return outcomes.ok ? outcomes.value : known.map(() => outcomes);
  }

  /** Cuts what is under way too. */
  close(): void {
    this.#isClosed = true;
    this.#opened?.provider.close();
    this.#opened = undefined;
  }

  async #use<T>(call: (provider: Provider) => Promise<T>): Promise<Result<T, ProviderError>> {
    const found = await this.#options.fingerprint();
    if (this.#isClosed) return closed;
    const opened = this.#opened;
    if (!found.ok) {
      const goesOn = opened !== undefined && passing.has(found.error.code);
      return goesOn ? ok(await opened.use(call)) : found;
    }
    if (opened?.fingerprint === found.value) return ok(await opened.use(call));
    this.#opening ??= this.#open(found.value).finally(() => {
      this.#opening = undefined;
    });
    return ok(await (await this.#opening).use(call));
  }

  async #open(fingerprint: string): Promise<Opened> {
    const opened = new Opened(await this.#options.open(), fingerprint);
    const before = this.#opened;
    if (this.#isClosed) opened.provider.close();
    else this.#opened = opened;
    before?.replace();
    return opened;
  }
}

/** Opens a provider that follows the credentials which its store names. */
export const withCurrentCredentials = (options: CurrentCredentialsOptions): Provider =>
  new CurrentCredentials(options);
