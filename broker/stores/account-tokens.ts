import type { Clock } from '../../lib/clock.ts';
import type { Account } from '../../lib/broker/accounts.ts';
import { ask } from '../../lib/kube/ask.ts';
import type { KubeConnection } from '../../lib/kube/connection.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import { isJsonObject } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import { quoted } from '../../lib/text.ts';
import { NoToken } from '../../providers/current-token.ts';

/** A token that is to log in somewhere. */
export interface TokenRequest {
  readonly account: Account;
  /** Undefined: the API server's own. */
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

export interface AccountTokensOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Held {
  readonly token: Redacted<string>;
  /** Wall clock, milliseconds. */
  readonly renewAt: number;
}

/** As the kubelet does with projected tokens. */
const renewalPoint = 0.8;
const requestMilliseconds = 5_000;

const readAnswer = (
  body: unknown,
): { readonly token: Redacted<string>; readonly expiresAt: number } | undefined => {
  const status = isJsonObject(body) && isJsonObject(body['status']) ? body['status'] : {};
  const { token, expirationTimestamp } = status;
  const expiresAt = Date.parse(String(expirationTimestamp));
  return typeof token === 'string' && token !== '' && Number.isFinite(expiresAt)
    ? { token: new Redacted(token), expiresAt }
    : undefined;
};

/** A refusal stays until somebody grants it; anything else passes. */
const refused = (
  { namespace, name }: Account,
  audience: string | undefined,
  failure: KubeFailure,
): NoToken => {
  const { status = 0, message } = failure;
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  const purpose = audience === undefined ? '' : ` for the audience ${quoted(audience)}`;
  return new NoToken(
    isRefusal ? 'unauthenticated' : 'unavailable',
    `the broker has no token of ServiceAccount ${quoted(`${namespace}/${name}`)}${purpose}: ${message}`,
  );
};

/**
 * Tokens of ServiceAccounts that the install lets the broker have, requested from the API server
 * (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/) and kept for 80 % of their life.
 */
export class AccountTokens {
  readonly #options: AccountTokensOptions;
  readonly #held = new Map<string, Held>();
  readonly #pending = new Map<string, Promise<Held>>();

  constructor(options: AccountTokensOptions) {
    this.#options = options;
  }

  /** Throws `NoToken`. */
  async token(request: TokenRequest): Promise<Redacted<string>> {
    const { account, audience = '', expirationSeconds } = request;
    const key = JSON.stringify([account.namespace, account.name, audience, expirationSeconds]);
    const held = this.#held.get(key);
    if (held !== undefined && this.#options.clock.now() < held.renewAt) return held.token;
    const pending =
      this.#pending.get(key) ??
      this.#request(request).finally(() => {
        this.#pending.delete(key);
      });
    this.#pending.set(key, pending);
    const fresh = await pending;
    this.#held.set(key, fresh);
    return fresh.token;
  }

  async #request({ account, audience, expirationSeconds }: TokenRequest): Promise<Held> {
    const { clock } = this.#options;
    const { namespace, name } = account;
    const now = clock.now();
    const answer = await ask(
      { ...this.#options, milliseconds: requestMilliseconds },
      {
        method: 'POST',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}/token`,
        body: {
          contentType: 'application/json',
          text: JSON.stringify({
            apiVersion: 'authentication.k8s.io/v1',
            kind: 'TokenRequest',
            spec: { expirationSeconds, ...(audience === undefined ? {} : { audiences: [audience] }) },
          }),
        },
      },
      readAnswer,
    );
    if (!answer.ok) throw refused({ namespace, name }, audience, answer.error);
    const { token, expiresAt } = answer.value;
    return { token, renewAt: now + (expiresAt - now) * renewalPoint };
  }
}
