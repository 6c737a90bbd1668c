import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { providerError, type ProviderError, type ProviderErrorCode } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { SharedWork } from '../shared-work.ts';
import type { LoginRequests } from './login.ts';
import { RetiredTokens } from './retired-tokens.ts';
import {
  dueAt,
  hasLapsed,
  isNearItsEnd,
  loginName,
  renewed,
  renewLater,
  tokenState,
  type TokenDuty,
  type VaultToken,
} from './token.ts';

/** A token for one request. */
export interface Grant {
  readonly secret: Redacted<string>;
  /** Which login of this process it is of; a renewal does not change it. */
  readonly login: number;
  /** The login's name in every process; undefined for a token that is good for a number of uses, which no other goes on with. */
  readonly name: string | undefined;
  /** When the token ends, where nothing makes it live longer once its uses are taken; undefined: it is kept alive. */
  readonly endsAt: number | undefined;
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
  #token: VaultToken | undefined;
  #login = 0;
  /** When Vault last said that it knows this token, monotonic; undefined for a session's token. */
  #acceptedAt: number | undefined;
  /** Whether leases end with this token. */
  #holding = false;
  /** Uses that the last login gave. */
  #granted: number | null = null;
  #ended = false;
  readonly #retired = new RetiredTokens();
  readonly #mending = new SharedWork<undefined>('the login at Vault');

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#token = options.session;
  }

  /** Which login the token is of; changes with each. */
  get login(): number {
    return this.#login;
  }

  /** The login's name; undefined where there is no token that lives. */
  get name(): string | undefined {
    const token = this.#token;
    return token === undefined || hasLapsed(token, this.#options.clock.now()) ? undefined : loginName(token);
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
    return ok({
      secret,
      login: this.#login,
      name: uses === null ? loginName(token.value) : undefined,
      endsAt: uses === null ? undefined : (expiresAt ?? undefined),
    });
  }

  /**
   * What to do after Vault refused a request with this token: true where there is a newer token to try, false where the token
   * is so young that the refusal is about the request. Where leases end with the token it is not replaced on suspicion.
   */
  async replace(refused: Grant, signal: AbortSignal): Promise<Result<boolean, ProviderError>> {
    while (this.#login === refused.login) {
      if (!this.#isDoubtful()) return ok(false);
      const attempt = await this.#mending.join(
        () => (this.#holding ? this.#checkOrLogIn() : this.#logIn()),
        signal,
      );
      if (!attempt.ok) return attempt;
    }
    return ok(true);
  }

  /** Notes that a lease ends with the token of this login. */
  hold(login: number): void {
    if (login === this.#login) this.#holding = true;
    else this.#retired.hold(login);
  }

  /**
   * Renews or replaces the token where that is due, for the leases that end with it. Milliseconds until it is due again;
   * Infinity: never.
   */
  async upkeep(signal: AbortSignal): Promise<Result<number, ProviderError>> {
    this.#holding ||= this.#token !== undefined;
    const token = await this.#good(signal, 0, 'leases');
    if (!token.ok) return token;
    const due = dueAt(token.value, 'leases');
    return ok(due === null ? Number.POSITIVE_INFINITY : due - this.#options.clock.now());
  }

  /** Forgets the token and gives it out to be revoked, with those before it that leases still end with. */
  end(): readonly VaultToken[] {
    const now = this.#options.clock.now();
    const tokens = this.#retired.holding(now);
    const current = this.#token;
    this.#ended = true;
    this.#token = undefined;
    return current === undefined || hasLapsed(current, now) ? tokens : [current, ...tokens];
  }

  #isDoubtful(): boolean {
    return (
      this.#acceptedAt === undefined || this.#options.clock.monotonic() - this.#acceptedAt > youngMilliseconds
    );
  }

  /** The token once it is good; looking and using are one step, or two requests could share a last use. */
  async #good(
    signal: AbortSignal,
    uses: number,
    duty: TokenDuty,
  ): Promise<Result<VaultToken, ProviderError>> {
    for (;;) {
      if (this.#ended) return ended;
      const token = this.#token;
      const wanted = this.#holding ? 'leases' : duty;
      const state = token === undefined ? 'lapsed' : tokenState(token, this.#options.clock.now(), wanted);
      if (token !== undefined && state === 'good') {
        this.#use(uses);
        return ok(token);
      }
      const attempt = await this.#mending.join(() => this.#mend(token, state), signal);
      if (!attempt.ok) return attempt;
      if (duty === 'leases' && this.#granted === 1) return tooFewUses;
    }
  }

  #mend(token: VaultToken | undefined, state: ReturnType<typeof tokenState>): Promise<Done> {
    if (token === undefined || state === 'lapsed') return this.#logIn();
    return state === 'renew' ? this.#renew(token) : this.#logInOrStay(token);
  }

  #use(count: number): void {
    const token = this.#token;
    if (token !== undefined && token.uses !== null) this.#token = { ...token, uses: token.uses - count };
  }

  #keep(token: VaultToken): void {
    if (this.#ended) return;
    this.#token = token;
    this.#options.onToken(token);
  }

  async #logIn(): Promise<Done> {
    const { requests, clock, log } = this.#options;
    const token = await requests.logIn();
    if (!token.ok) return token;
    if (this.#token !== undefined) this.#retired.add(this.#token, this.#login, this.#holding);
    this.#login += 1;
    this.#holding = false;
    this.#granted = token.value.uses;
    this.#acceptedAt = clock.monotonic();
    this.#keep(token.value);
    log.debug({ lifeSeconds: token.value.fullLife / 1000 }, 'logged in to Vault');
    return done;
  }

  /** Asks Vault whether it knows the token: a login that is replaced takes its leases with it, sooner or later. */
  async #checkOrLogIn(): Promise<Done> {
    const { requests, clock } = this.#options;
    if (this.#token === undefined) return this.#logIn();
    this.#use(1);
    const known = await requests.isKnown(this.#token);
    if (!known.ok) return known;
    if (known.value) {
      this.#acceptedAt = clock.monotonic();
      return done;
    }
    // Its leases ended with it.
    this.#holding = false;
    return this.#logIn();
  }

  async #renew(token: VaultToken): Promise<Done> {
    const { requests, clock } = this.#options;
    this.#use(1);
    const lease = await requests.renew(token);
    const now = clock.now();
    if (!lease.ok && passing.has(lease.error.code)) {
      this.#token = renewLater(this.#token ?? token, now);
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
}
