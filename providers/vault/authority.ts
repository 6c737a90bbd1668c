import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { SharedWork } from '../shared-work.ts';
import { CurrentLogin, type CurrentLoginOptions } from './current-login.ts';
import { done, TokenCare, type Done, type TokenCareOptions } from './token-care.ts';
import { dueAt, loginName, tokenState, type TokenDuty, type VaultToken } from './token.ts';

/** A token for one request. */
export interface Grant {
  readonly secret: Redacted<string>;
  /** Which login of this process it is of; a renewal does not change it. */
  readonly login: number;
  /** The login's name in every process; undefined for a token that is good for a number of uses, or that nobody keeps alive. */
  readonly name: string | undefined;
  /** When the token ends, where nothing makes it live longer once its uses are taken; undefined: it is kept alive. */
  readonly endsAt: number | undefined;
}

export interface AuthorityOptions extends CurrentLoginOptions, TokenCareOptions {
  /** Whether somebody sees to it that the token lives as long as leases do (`upkeep`). Default: yes. */
  readonly isKeptAlive?: boolean;
}

const ended = err(providerError('unavailable', 'the login at Vault has ended'));

const tooFewUses = err(
  providerError(
    'invalid',
    "the role's tokens are good for one request, and Vault revokes what a token was given when its last request is made: set token_num_uses of the role to 0",
  ),
);

/**
 * One store's token: logs in when there is none, renews it at two thirds of its life, replaces it when it lapses or Vault
 * refuses it. All of that happens when somebody asks for a token, and once for all who ask meanwhile. There is no timer here:
 * what is kept in Vault does not depend on a token staying alive between two reads, and where leases do, the agent calls
 * `keepAlive` (keep-alive.ts), which asks for the token in time.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #current: CurrentLogin;
  readonly #care: TokenCare;
  readonly #mending = new SharedWork<undefined>('the login at Vault');

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#current = new CurrentLogin(options);
    this.#care = new TokenCare(options, this.#current);
  }

  /** Which login the token is of; changes with each. */
  get login(): number {
    return this.#current.number;
  }

  /** The login's name; undefined where there is no token that lives. */
  get name(): string | undefined {
    return this.#current.name;
  }

  /** Sees to it that there is a token, without using it. */
  async ready(signal: AbortSignal): Promise<Done> {
    const token = await this.#good(signal, 0, 'requests');
    return token.ok ? done : token;
  }

  /** A token for one request; `leases` where the request may make one. */
  async take(signal: AbortSignal, duty: TokenDuty = 'requests'): Promise<Result<Grant, ProviderError>> {
    const token = await this.#good(signal, 1, duty);
    if (!token.ok) return token;
    const { secret, uses, expiresAt } = token.value;
    const livesOn = uses === null && this.#options.isKeptAlive !== false;
    return ok({
      secret,
      login: this.login,
      name: livesOn ? loginName(token.value) : undefined,
      endsAt: livesOn ? undefined : (expiresAt ?? undefined),
    });
  }

  /**
   * What to do after Vault refused a request with this token: true where there is a newer token to try, false where the token
   * is so young that the refusal is about the request. Where leases end with the token it is not replaced on suspicion.
   */
  async replace(refused: Grant, signal: AbortSignal): Promise<Result<boolean, ProviderError>> {
    const care = this.#care;
    while (this.login === refused.login) {
      if (!this.#current.isDoubtful) return ok(false);
      const attempt = await this.#mending.join(
        () => (this.#current.isHolding ? care.checkOrLogIn() : care.logIn()),
        signal,
      );
      if (!attempt.ok) return attempt;
    }
    return ok(true);
  }

  /** Notes that a lease ends with the token of this login. */
  hold(login: number): void {
    this.#current.hold(login);
  }

  /**
   * Renews or replaces the token where that is due, for the leases that end with it. Milliseconds until it is due again;
   * Infinity: never.
   */
  async upkeep(signal: AbortSignal): Promise<Result<number, ProviderError>> {
    if (this.#current.token !== undefined) this.hold(this.login);
    const token = await this.#good(signal, 0, 'leases');
    if (!token.ok) return token;
    const due = dueAt(token.value, 'leases');
    return ok(due === null ? Number.POSITIVE_INFINITY : due - this.#options.clock.now());
  }

  /** Forgets the token and gives it out to be revoked, with those before it that leases still end with. */
  end(): readonly VaultToken[] {
    return this.#current.end();
  }

  /** The token once it is good; looking and using are one step, or two requests could share a last use. */
  async #good(
    signal: AbortSignal,
    uses: number,
    duty: TokenDuty,
  ): Promise<Result<VaultToken, ProviderError>> {
    const current = this.#current;
    for (;;) {
      if (current.hasEnded) return ended;
      const { token } = current;
      const wanted = current.isHolding ? 'leases' : duty;
      const state = token === undefined ? 'lapsed' : tokenState(token, this.#options.clock.now(), wanted);
      if (token !== undefined && state === 'good') {
        current.use(uses);
        return ok(token);
      }
      const attempt = await this.#mending.join(() => this.#care.mend(token, state), signal);
      if (!attempt.ok) return attempt;
      if (duty === 'leases' && current.isForOneUse) return tooFewUses;
    }
  }
}
