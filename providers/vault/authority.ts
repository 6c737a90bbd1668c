import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { providerError, type ProviderError, type ProviderErrorCode } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { LoginRequests } from './login.ts';
import { isNearItsEnd, renewed, renewLater, tokenState, type VaultToken } from './token.ts';

/** A token for one request. */
export interface Grant {
  readonly secret: Redacted<string>;
  /** Which login it is of; a renewal does not change it. */
  readonly login: number;
}

type Done = Result<undefined, ProviderError>;

export interface AuthorityOptions {
  readonly requests: LoginRequests;
  readonly clock: Clock;
  readonly log: Logger;
  /** A token of an earlier process, believed until Vault refuses it. */
  readonly session: VaultToken | undefined;
  /** Called with every token that is new or renewed. */
  readonly onToken: (token: VaultToken) => void;
}

/** A token that Vault accepted at a login this long ago may have been revoked since; a younger one lacks the policy. */
const youngMilliseconds = 5_000;

const passing: ReadonlySet<ProviderErrorCode> = new Set(['unavailable', 'timeout', 'throttled']);

const done: Done = ok(undefined);

/**
 * One store's token: logs in when there is none, renews it at two thirds of its life, replaces it when it lapses or Vault
 * refuses it. All of that happens when somebody asks for a token, and once for all who ask meanwhile. There is no timer:
 * nothing that is read so far depends on the token staying alive between two reads, so a token that lapses while the agent
 * waits costs one login at the next read and nothing in between.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  #token: VaultToken | undefined;
  #login = 0;
  /** When this process logged in, monotonic; undefined for a session's token. */
  #loggedInAt: number | undefined;
  #pending: Promise<Done> | undefined;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#token = options.session;
  }

  /** Which login the token is of; changes with each. */
  get login(): number {
    return this.#login;
  }

  /** Sees to it that there is a token, without using it. */
  async ready(signal: AbortSignal): Promise<Done> {
    const token = await this.#good(signal, 0);
    return token.ok ? done : token;
  }

  /** A token for one request. */
  async take(signal: AbortSignal): Promise<Result<Grant, ProviderError>> {
    const token = await this.#good(signal, 1);
    return token.ok ? ok({ secret: token.value.secret, login: this.#login }) : token;
  }

  /**
   * What to do after Vault refused a request with this token: true where there is a newer token to try, false where the token
   * is so young that the refusal is about the request.
   */
  async replace(refused: Grant, signal: AbortSignal): Promise<Result<boolean, ProviderError>> {
    while (this.#login === refused.login) {
      if (!this.#isDoubtful()) return ok(false);
      const attempt = await this.#shared(() => this.#logIn(), signal);
      if (!attempt.ok) return attempt;
    }
    return ok(true);
  }

  #isDoubtful(): boolean {
    return (
      this.#loggedInAt === undefined || this.#options.clock.monotonic() - this.#loggedInAt > youngMilliseconds
    );
  }

  /** The token once it is good; looking and using are one step, or two requests could share a last use. */
  async #good(signal: AbortSignal, uses: number): Promise<Result<VaultToken, ProviderError>> {
    for (;;) {
      const token = this.#token;
      const state = token === undefined ? 'lapsed' : tokenState(token, this.#options.clock.now());
      if (token !== undefined && state === 'good') {
        this.#use(uses);
        return ok(token);
      }
      const work = token !== undefined && state === 'renew' ? () => this.#renew(token) : () => this.#logIn();
      const attempt = await this.#shared(work, signal);
      if (!attempt.ok) return attempt;
    }
  }

  #use(count: number): void {
    const token = this.#token;
    if (token !== undefined && token.uses !== null) this.#token = { ...token, uses: token.uses - count };
  }

  #keep(token: VaultToken): void {
    this.#token = token;
    this.#options.onToken(token);
  }

  async #logIn(): Promise<Done> {
    const { requests, clock, log } = this.#options;
    const token = await requests.logIn();
    if (!token.ok) return token;
    this.#login += 1;
    this.#loggedInAt = clock.monotonic();
    this.#keep(token.value);
    log.debug({ lifeSeconds: token.value.fullLife / 1000 }, 'logged in to Vault');
    return done;
  }

  async #renew(token: VaultToken): Promise<Done> {
    const { requests, clock } = this.#options;
    this.#use(1);
    const lease = await requests.renew(token);
    const now = clock.now();
    if (!lease.ok && passing.has(lease.error.code)) {
      this.#token = renewLater(token, now);
      return done;
    }
    if (!lease.ok) return this.#logInOrStay(token);
    this.#keep(renewed(this.#token ?? token, lease.value, now));
    return isNearItsEnd(lease.value, token) ? this.#logInOrStay(this.#token ?? token) : done;
  }

  /** A login that is due, but not yet urgent: while the old token lives, a failure is only noted. */
  async #logInOrStay(token: VaultToken): Promise<Done> {
    const { clock, log } = this.#options;
    const attempt = await this.#logIn();
    if (attempt.ok) return done;
    const now = clock.now();
    if (tokenState(token, now) === 'lapsed') return attempt;
    log.warn({ code: attempt.error.code }, 'cannot replace the Vault token yet; it is used until it lapses');
    this.#token = renewLater(token, now);
    return done;
  }

  async #shared(work: () => Promise<Done>, signal: AbortSignal): Promise<Done> {
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    return orCancelled(this.#pending, signal);
  }
}

/** Others may wait for the same login, so a caller that gives up leaves it running. */
const orCancelled = async (pending: Promise<Done>, signal: AbortSignal): Promise<Done> => {
  const over = new AbortController();
  const cancelled = new Promise<Done>((resolve) => {
    const cancel = (): void => {
      resolve(err(providerError('timeout', 'the login at Vault was cancelled')));
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { signal: over.signal });
  });
  try {
    return await Promise.race([pending, cancelled]);
  } finally {
    over.abort();
  }
};
