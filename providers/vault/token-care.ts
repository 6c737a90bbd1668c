import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ProviderError, ProviderErrorCode } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { CurrentLogin } from './current-login.ts';
import type { LoginRequests } from './login.ts';
import { isNearItsEnd, renewed, renewLater, tokenState, type VaultToken } from './token.ts';

export interface TokenCareOptions {
  readonly requests: LoginRequests;
  readonly clock: Clock;
  readonly log: Logger;
}

export type Done = Result<undefined, ProviderError>;

export const done: Done = ok(undefined);

const passing: ReadonlySet<ProviderErrorCode> = new Set(['unavailable', 'timeout', 'throttled']);

/** Asks Vault for what the current login needs: a token, a longer life, or a word on whether it is still known. */
export class TokenCare {
  readonly #options: TokenCareOptions;
  readonly #current: CurrentLogin;

  constructor(options: TokenCareOptions, current: CurrentLogin) {
    this.#options = options;
    this.#current = current;
  }

  /** Does what a token in this state needs. */
  mend(token: VaultToken | undefined, state: ReturnType<typeof tokenState>): Promise<Done> {
    if (token === undefined || state === 'lapsed') return this.logIn();
    return state === 'renew' ? this.#renew(token) : this.#logInOrStay(token);
  }

  async logIn(): Promise<Done> {
    const { requests, log } = this.#options;
    const token = await requests.logIn();
    if (!token.ok) return token;
    this.#current.begin(token.value);
    log.debug({ lifeSeconds: token.value.fullLife / 1000 }, 'logged in to Vault');
    return done;
  }

  /** Asks Vault whether it knows the token: a login that is replaced takes its leases with it, sooner or later. */
  async checkOrLogIn(): Promise<Done> {
    const current = this.#current;
    if (current.token === undefined) return this.logIn();
    current.use(1);
    const known = await this.#options.requests.isKnown(current.token);
    if (!known.ok) return known;
    if (known.value) {
      current.accept();
      return done;
    }
    current.release();
    return this.logIn();
  }

  async #renew(token: VaultToken): Promise<Done> {
    const { requests, clock } = this.#options;
    const current = this.#current;
    current.use(1);
    const lease = await requests.renew(token);
    const now = clock.now();
    if (!lease.ok && passing.has(lease.error.code)) {
      current.postpone(renewLater(current.token ?? token, now));
      return done;
    }
    if (!lease.ok) return this.#logInOrStay(token);
    current.keep(renewed(current.token ?? token, lease.value, now));
    return isNearItsEnd(lease.value, token) ? this.#logInOrStay(current.token ?? token) : done;
  }

  /** A login that is due, but not yet urgent: while the old token lives, a failure is only noted. */
  async #logInOrStay(token: VaultToken): Promise<Done> {
    const { clock, log } = this.#options;
    const attempt = await this.logIn();
    if (attempt.ok) return done;
    const now = clock.now();
    if (tokenState(token, now) === 'lapsed') return attempt;
    log.warn({ code: attempt.error.code }, 'cannot replace the Vault token yet; it is used until it lapses');
    this.#current.postpone(renewLater(token, now));
    return done;
  }
}
