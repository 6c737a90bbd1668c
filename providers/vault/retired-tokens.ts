import { hasLapsed, type VaultToken } from './token.ts';

interface Retired {
  readonly token: VaultToken;
  /** Which login of this process it is of. */
  readonly login: number;
  /** Whether leases end with it. */
  holding: boolean;
}

/** More live at once only where every request costs a login, and then the oldest have the least to lose. */
const most = 16;

/** Tokens that were replaced while they lived: their leases live on, and end with them at shutdown. */
export class RetiredTokens {
  #tokens: Retired[] = [];

  add(token: VaultToken, login: number, holding: boolean): void {
    this.#tokens = [...this.#tokens, { token, login, holding }].slice(-most);
  }

  /** Notes that a lease ends with the token of this login: its answer came after the token was replaced. */
  hold(login: number): void {
    for (const retired of this.#tokens) if (retired.login === login) retired.holding = true;
  }

  /** Those that live and that leases end with. */
  holding(now: number): readonly VaultToken[] {
    return this.#tokens
      .filter(({ token, holding }) => holding && !hasLapsed(token, now))
      .map(({ token }) => token);
  }
}
