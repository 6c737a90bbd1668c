import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import { SharedWork } from '../shared-work.ts';
import type { Identified, LoginOutcome } from './assume-role.ts';
import { credentialsState } from './credentials.ts';

/** An identity for requests. */
export interface Grant {
  readonly identity: Identified;
  /** Which login it is of. */
  readonly login: number;
}

export type GrantOutcome = Result<Grant, ProviderError>;

export interface AuthorityOptions {
  readonly logIn: () => Promise<LoginOutcome>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of an earlier process, believed until AWS refuses it. */
  readonly session: Identified | undefined;
  /** Called with every login. */
  readonly onLogin: (identity: Identified) => void;
}

/**
 * One store's credentials: logs in when there are none, again in the last minutes of their life, and where AWS refuses them. All
 * of that happens when somebody asks for them, and once for all who ask meanwhile; nothing is lost where they lapse between two
 * reads.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  #grant: Grant | undefined;
  readonly #login = new SharedWork<Grant>('the login at AWS');
  /** When a login that is due may be tried again, monotonic. */
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    const { session } = options;
    this.#grant = session === undefined ? undefined : { identity: session, login: 0 };
  }

  /** Credentials that are good for some requests. */
  async take(signal: AbortSignal): Promise<GrantOutcome> {
    const grant = this.#grant;
    if (grant === undefined) return this.#logIn(signal);
    const { clock } = this.#options;
    const state = credentialsState(grant.identity.credentials, clock.now());
    if (state === 'good' || (state === 'renew' && clock.monotonic() < this.#quietUntil)) return ok(grant);
    const renewed = await this.#logIn(signal);
    return renewed.ok || state === 'lapsed' ? renewed : this.#stay(grant, renewed.error);
  }

  /** Credentials after AWS refused these: of a newer login. */
  async replace(refused: Grant, signal: AbortSignal): Promise<GrantOutcome> {
    const grant = this.#grant;
    return grant === undefined || grant.login === refused.login ? this.#logIn(signal) : ok(grant);
  }

  /** A login that is due, but not yet urgent: while the old credentials live, its failure is only noted. */
  #stay(grant: Grant, error: ProviderError): GrantOutcome {
    const { clock, log } = this.#options;
    const left = grant.identity.credentials.expiresAt - clock.now();
    this.#quietUntil = clock.monotonic() + left / 3;
    log.warn({ code: error.code }, 'cannot replace the AWS credentials yet; they are used until they lapse');
    return ok(grant);
  }

  #logIn(signal: AbortSignal): Promise<GrantOutcome> {
    return this.#login.join(() => this.#loggedIn(), signal);
  }

  async #loggedIn(): Promise<GrantOutcome> {
    const { logIn, log, onLogin } = this.#options;
    const outcome = await logIn();
    if (!outcome.ok) return outcome;
    this.#grant = { identity: outcome.value, login: (this.#grant?.login ?? 0) + 1 };
    onLogin(outcome.value);
    log.debug({ lifeSeconds: Math.round(outcome.value.credentials.fullLife / 1000) }, 'logged in to AWS');
    return ok(this.#grant);
  }
}
