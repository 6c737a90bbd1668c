import { err } from '../../lib/result.ts';
import { isStale } from './answer.ts';
import type { Grant } from './authority.ts';
import type { CallOutcome } from './calls.ts';
import type { PassIdentity } from './pass-identity.ts';
import { Requests, type RequestsOptions } from './requests.ts';

/** One call of `read`. */
export interface Pass {
  readonly identity: PassIdentity;
  readonly signal: AbortSignal;
}

/** Asks Secrets Manager with the credentials of a pass. */
export class Asker {
  readonly #options: RequestsOptions;
  #requests: { readonly login: number; readonly requests: Requests } | undefined;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Sends a request; where AWS does not know the credentials any more, once more with those of a new login. */
  async ask<T>(
    { identity }: Pass,
    send: (requests: Requests) => Promise<CallOutcome<T>>,
  ): Promise<CallOutcome<T>> {
    const { grant } = identity;
    const first = await send(this.#requestsOf(grant));
    if (first.ok || !isStale(first.error.failure)) return first;
    const newer = await identity.replace(grant);
    if (!newer.ok) return err({ error: newer.error, failure: { kind: 'failed', error: newer.error } });
    return send(this.#requestsOf(newer.value));
  }

  /** One client for each login: it keeps the signing key that it derives. */
  #requestsOf({ identity, login }: Grant): Requests {
    if (this.#requests?.login !== login)
      this.#requests = { login, requests: new Requests(this.#options, identity) };
    return this.#requests.requests;
  }
}
