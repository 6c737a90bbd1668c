import type { Clock } from '../../lib/clock.ts';
import { RetiredTokens } from './retired-tokens.ts';
import { hasLapsed, loginName, type VaultToken } from './token.ts';

export interface CurrentLoginOptions {
  readonly clock: Clock;
  /** A token of an earlier process, believed until Vault refuses it. */
  readonly session: VaultToken | undefined;
  /** Called with every token that is new or renewed. */
  readonly onToken: (token: VaultToken) => void;
}

/** A token that Vault accepted at a login this long ago may have been revoked since; a younger one lacks the policy. */
const youngMilliseconds = 5_000;

/** The token in use, which login it is of, and what hangs on it. Nothing is asked of Vault here. */
export class CurrentLogin {
  readonly #options: CurrentLoginOptions;
  readonly #retired = new RetiredTokens();
  #token: VaultToken | undefined;
  #number = 0;
  /** When Vault last said that it knows this token, monotonic; undefined for a session's token. */
  #acceptedAt: number | undefined;
  #isHolding = false;
  /** Uses that the last login gave. */
  #granted: number | null = null;
  #hasEnded = false;

  constructor(options: CurrentLoginOptions) {
    this.#options = options;
    this.#token = options.session;
  }

  get token(): VaultToken | undefined {
    return this.#token;
  }

  /** Which login of this process the token is of; changes with each. */
  get number(): number {
    return this.#number;
  }

  /** The login's name in every process; undefined where there is no token that lives. */
  get name(): string | undefined {
    const token = this.#token;
    return token === undefined || hasLapsed(token, this.#options.clock.now()) ? undefined : loginName(token);
  }

  /** Whether leases end with the token. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Whether logins give tokens that are good for one request. */
  get isForOneUse(): boolean {
    return this.#granted === 1;
  }

  /** Whether a refusal may mean that Vault does not know the token any more. */
  get isDoubtful(): boolean {
    return (
      this.#acceptedAt === undefined || this.#options.clock.monotonic() - this.#acceptedAt > youngMilliseconds
    );
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** A new login takes the place of the one before, whose leases live on. */
  begin(token: VaultToken): void {
    if (this.#token !== undefined) this.#retired.add(this.#token, this.#number, this.#isHolding);
    this.#number += 1;
    this.#isHolding = false;
    this.#granted = token.uses;
    this.accept();
    this.keep(token);
  }

  /** Vault knows the token. */
  accept(): void {
    this.#acceptedAt = this.#options.clock.monotonic();
  }

  /** The same token with another life. */
  keep(token: VaultToken): void {
    if (this.#hasEnded) return;
    this.#token = token;
    this.#options.onToken(token);
  }

  /** The same token, which is to be looked at again later; nobody else has to know. */
  postpone(token: VaultToken): void {
    if (!this.#hasEnded) this.#token = token;
  }

  use(count: number): void {
    const token = this.#token;
    if (token !== undefined && token.uses !== null) this.#token = { ...token, uses: token.uses - count };
  }

  /** Notes that a lease ends with the token of this login. */
  hold(login: number): void {
    if (login === this.#number) this.#isHolding = true;
    else this.#retired.hold(login);
  }

  /** The leases of the token, if any, have ended with it. */
  release(): void {
    this.#isHolding = false;
  }

  /** Forgets the token and gives it out to be revoked, with those before it that leases still end with. */
  end(): readonly VaultToken[] {
    const now = this.#options.clock.now();
    const tokens = this.#retired.holding(now);
    const current = this.#token;
    this.#hasEnded = true;
    this.#token = undefined;
    return current === undefined || hasLapsed(current, now) ? tokens : [current, ...tokens];
  }
}
